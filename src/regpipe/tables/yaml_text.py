"""Values -> YAML that Kedro reads as they were meant: its reader is OmegaConf, not PyYAML."""

import re
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Writes YAML that Kedro's reader, OmegaConf's, reads as it was meant."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out, wherever it stands once more."""
        return True


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # There 1e5 is a number, also without a sign and a point, and ${...} stands for another value.
    plain = not re.match(r"[-+.0-9]", text)
    escaped = re.sub(r"(\\*)\$\{", lambda found: found[1] * 2 + r"\${", text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", escaped, style=None if plain else "'")


_Dumper.add_representer(str, _text_node)


def flow(value: Any) -> str:
    """Return YAML on one line."""
    text = yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=True,
        sort_keys=False,
        allow_unicode=True,
        width=10**6,
    )
    return text.removesuffix("\n...\n").strip()
