"""Where the blocks of YAML are found: which parameters are problems, which are techniques.

The registry and the check ask here, and Kedro's settings how the files are read.
"""

import os
from collections.abc import Iterable, Iterator
from copy import deepcopy
from functools import reduce
from pathlib import Path
from typing import Any

import click
from kedro.config import AbstractConfigLoader, MissingConfigException, OmegaConfigLoader
from kedro.framework.project import settings
from omegaconf import OmegaConf
from omegaconf.errors import GrammarParseError, OmegaConfBaseException

from regpipe.candidates.check import check_parameters
from regpipe.errors import SpecError, hint, reason_of, shown
from regpipe.kedro_side.config_file import REFERENCE, ConfigFile, read_config

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
    """Kedro's loader, with a line for each thing that can't be read.

    It reads each file once, goes through OmegaConf only where a value refers to another, which
    takes five times as long, and knows what the base environment alone has, too.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.shipped: dict[str, Blocks] = {}
        self._known: dict[Path, ConfigFile] = {}
        self._checked = False
        try:
            super().__init__(*args, **kwargs)
        except ImportError as error:  # of what reads s3://, say
            raise unreadable(f"{error}.") from None

    def __getitem__(self, key: str) -> dict[str, Any]:
        """Return what all files of a kind hold; there need be none of a kind of blocks."""
        try:
            found = super().__getitem__(key)
            if key == "catalog":
                _check_entries(found)
            return found
        except MissingConfigException as error:
            if key in ("credentials", "globals"):  # without which Kedro can do
                raise
            if key in KINDS:
                return {}
            raise unreadable(str(error)) from None
        except SpecError as error:
            raise unreadable(*error.faults) from None

    def check(self) -> None:
        """Refuse blocks that nothing can be done with, in one line for each fault."""
        if self._checked:
            return
        try:
            check_parameters(self["parameters"], self["problems"], self["techniques"])
        except SpecError as error:
            raise click.ClickException(f"these parameters can't be run.\n{error}") from None
        self._checked = True

    def _get_conf_env_path(self, env: str) -> str:
        """Return the folder of an environment, which lies in that of the configuration."""
        path = super()._get_conf_env_path(env)
        folder = super()._get_conf_env_path("")
        try:
            names = {Path(found).name for found in self._fs.ls(folder, detail=False)}
        except Exception as error:  # each storage's library has its own
            reason = getattr(error, "strerror", None) or reason_of(error)
            raise SpecError(f"{folder}: {reason}.") from None
        if env in names:
            return path
        if env in (self.base_env, self.default_run_env):
            raise SpecError(f"there is no folder {folder}/{env}. Expected one: Kedro reads it.")
        environments = [name for name in names if self._fs.isdir(f"{folder}/{name}")]
        raise SpecError(f"there is no environment '{env}'. {hint(env, environments)}")

    def _read_dir_configs(
        self, conf_path: str, patterns: Iterable[str], key: str, processed_files: set[Path],
        read_environment_variables: bool | None = False,
    ) -> dict[Path, ConfigFile]:  # fmt: skip
        found = {p for pattern in patterns for p in self._fs.glob(f"{conf_path}/{pattern}")}
        paths = [Path(p) for p in sorted(found) if not (self.ignore_hidden and self._is_hidden(p))]
        files = {path: self._file(path) for path in paths if self._is_valid_config_path(path)}
        processed_files.update(files)
        _check_once({self._shown(path): file.blocks for path, file in files.items()}, key)
        return files

    def _file(self, path: Path) -> ConfigFile:
        if path not in self._known:
            try:
                content = self._fs.cat_file(path.as_posix())
            except OSError as error:
                raise SpecError(f"{self._shown(path)}: {error.strerror or error}.") from None
            self._known[path] = read_config(content, self._shown(path))
        return self._known[path]

    def _shown(self, path: Path) -> str:
        folder = Path(self.conf_source).parent
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)

    def _merge_and_resolve(self, key: str, files: dict[Path, ConfigFile]) -> dict[str, Any]:
        if not files:
            return {}
        given = [file.blocks for file in files.values()]
        asked = [self.runtime_params] if key == "parameters" else []
        if any(file.refers for file in files.values()) or REFERENCE in repr(asked):
            return self._resolved(key, {path: file.blocks for path, file in files.items()})
        merged: dict[str, Any] = reduce(_over, [*given, *asked], {})
        return {k: v for k, v in merged.items() if asked or not k.startswith("_")}

    def _resolved(self, key: str, files: dict[Path, dict[str, Any]]) -> dict[str, Any]:
        """Return blocks whose values refer to others, as OmegaConf reads them."""
        try:
            configs = {path: OmegaConf.create(blocks) for path, blocks in files.items()}
            if key == "credentials":
                for config in configs.values():
                    self._resolve_environment_variables(config)
            return super()._merge_and_resolve(key, configs)
        except OmegaConfBaseException as error:
            raise SpecError(reference_fault(error)) from None

    def _merge_configs(
        self, config: Blocks, env_config: Blocks, key: str, env_path: str
    ) -> dict[str, Any]:
        self.shipped[key] = {**config}
        # Kedro would build all of it anew, which takes as long as to read it.
        return super()._merge_configs(config, env_config, key, env_path) if env_config else config

    @staticmethod
    def _soft_merge(
        config: dict[str, Any], env_config: dict[str, Any], env_path: str | None = None
    ) -> Any:
        return _over(config, env_config)


def _over(base: Any, top: Any) -> Any:
    """Return mappings laid over each other, as OmegaConf merges them."""
    if not isinstance(top, dict):
        return deepcopy(top)
    under = base if isinstance(base, dict) else {}
    return {**under, **{key: _over(under.get(key), value) for key, value in top.items()}}


def _check_once(files: dict[str, dict[str, Any]], key: str) -> None:
    """Raise SpecError where several files of an environment say something of the same name.

    Parameters of one block may stand in several files, but each in one.
    """
    places: dict[str, str] = {}
    faults: dict[str, str] = {}
    for file, blocks in files.items():
        for name in _leaves(blocks) if key == "parameters" else blocks:
            other = places.setdefault(name, file)
            if other != file and not name.startswith("_"):
                line = f"{name}: it stands in {other}, and in {file}, too. Expected it in one."
                faults.setdefault(name.partition(".")[0], line)
    if faults:
        raise SpecError(*faults.values())


def reference_fault(error: OmegaConfBaseException) -> str:
    """Return what is wrong with a value that refers to another."""
    what = str(error.msg or error).splitlines()[0].rstrip(".")
    if isinstance(error, GrammarParseError):
        what = "after ${, a reference to another value is expected, such as ${name}"
    _, _, why = what.partition(" raised while resolving interpolation: ")
    where = f"{error.full_key}: " if error.full_key else ""
    why = (why or what).strip('"').rstrip("?.")
    return f"{where}{why}. (Where a dollar sign is meant: \\${{.)"


def _check_entries(catalog: dict[str, Any]) -> None:
    """Raise SpecError for datasets that don't say what they are."""
    faults = []
    for name, entry in catalog.items():
        if not isinstance(entry, dict):
            faults.append(f"{name}: expected a dataset, received {shown(entry)}.")
        elif not isinstance(entry.get("type"), str):
            faults.append(f"{name}.type: expected that of a dataset, such as pandas.CSVDataset.")
    if faults:
        raise SpecError(*faults)


def _leaves(block: dict[str, Any], path: str = "") -> Iterator[str]:
    for key, value in block.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}"


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


def check_blocks() -> None:
    """Refuse blocks that nothing can be done with, `--params` included: a line for each fault."""
    _reader().check()


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
    parameters = _reader()["parameters"]
    if name not in parameters:
        raise SpecError(f"there is no parameter '{name}'. {hint(name, parameters)}")
    return parameters[name]


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


def unreadable(*faults: str) -> click.ClickException:
    """Return the refusal of a configuration that can't be read."""
    between = "\n" if len(faults) > 1 else " "
    return click.ClickException(between.join(("the configuration can't be read.", *faults)))
