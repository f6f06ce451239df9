"""Where the blocks of YAML are found: which parameters are problems, which are techniques.

The registry and the check ask here, and Kedro's settings how the files are read.
"""

import os
from typing import Any

from kedro.config import AbstractConfigLoader, OmegaConfigLoader
from kedro.framework.project import settings

Blocks = dict[str, dict[str, Any]]

# Blocks are parameters, so that `params:` and `--params` see them; under patterns of their own, the
# registry learns which is which.
KINDS = (
    "problems",
    "techniques",
    "stopping_rules",
    "recipes",
    "foundations",
    "references",
    "mechanisms",
)


class BlockLoader(OmegaConfigLoader):
    """Kedro's loader, which knows what the base environment alone has, too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.shipped: dict[str, Blocks] = {}
        super().__init__(*args, **kwargs)

    def _merge_configs(
        self, config: Blocks, env_config: Blocks, key: str, env_path: str
    ) -> dict[str, Any]:
        self.shipped[key] = {**config}
        # Kedro would build all of it anew, which takes as long as to read it.
        return super()._merge_configs(config, env_config, key, env_path) if env_config else config


_loader: BlockLoader | None = None


def use(loader: AbstractConfigLoader) -> None:
    """Read blocks through the loader of a run, and so from the run's environment.

    Each kind is read once, as Kedro keeps what is set: parsing them takes a fifth of a second.
    """
    global _loader
    assert isinstance(loader, BlockLoader)
    for kind in ("parameters", "problems", "techniques"):
        loader[kind] = loader[kind]
    _loader = loader


def read_blocks() -> tuple[Blocks, Blocks]:
    """Return the blocks of the problem files and those of the technique files, as written."""
    loader = _reader()
    return loader["problems"], loader["techniques"]


def read_problems() -> tuple[Blocks, dict[str, Any]]:
    """Return the problems and the recipes as they are run: `--params` included."""
    parameters = _reader()["parameters"]
    recipes = parameters.get("recipes")
    problems = {name: parameters[name] for name in _reader()["problems"]}
    return problems, recipes if isinstance(recipes, dict) else {}


def read_named() -> list[str] | None:
    """Return the recipes that a run's screens shall try: `--params` included; None for all."""
    screen = _reader()["parameters"].get("screen")
    named = screen.get("recipes") if isinstance(screen, dict) else None
    return named if isinstance(named, list) else None


def read_mechanisms() -> dict[str, Any]:
    """Return the claims of mechanism as they are run: `--params` included."""
    mechanisms = _reader()["parameters"].get("mechanisms")
    return mechanisms if isinstance(mechanisms, dict) else {}


def read_parameter(name: str) -> Any:
    """Return a parameter as it is run: `--params` included."""
    return _reader()["parameters"][name]


LOADER_ARGS: dict[str, Any] = {
    "custom_resolvers": {"parameter": read_parameter},  # ${parameter:engine} in the catalog
    "base_env": "base",
    "default_run_env": "local",
    "config_patterns": {
        "parameters": ["parameters*", "parameters*/**", *(f"{kind}*" for kind in KINDS)],
        **{kind: [f"{kind}*"] for kind in KINDS},
    },
    # An environment changes single keys; Kedro's default would drop their siblings.
    "merge_strategy": dict.fromkeys(("parameters", "globals", *KINDS), "soft"),
}


def read_shipped() -> tuple[Blocks, Blocks]:
    """Return the blocks of problems and of techniques as shipped: what was published is about them.

    Those are as the base environment has them, whatever another, or `--params`, changes; and those
    that it doesn't have as the run's environment has them.
    """
    loader = _reader()
    kinds = ("problems", "techniques")
    problems, techniques = ({**loader[kind], **loader.shipped.get(kind, {})} for kind in kinds)
    return problems, techniques


def replayed_problems() -> list[str]:
    """Return the problems on whose histories stopping rules are replayed, as written."""
    rules = _reader()["stopping_rules"].get("stopping_rules")
    problems = rules.get("problems") if isinstance(rules, dict) else None
    return problems if isinstance(problems, list) else []


def _reader() -> BlockLoader:
    """Return the loader that files are read through.

    Where no run has begun (`kedro registry list`), they come from the default environment. A loader
    of our own is made only then: each new one takes over the resolvers of those before it.
    """
    if _loader is None:  # a loader is a dictionary, and false as long as it is empty
        source, arguments = settings.CONF_SOURCE, settings.CONFIG_LOADER_ARGS
        use(BlockLoader(source, env=os.environ.get("KEDRO_ENV"), **arguments))
    assert _loader is not None
    return _loader
