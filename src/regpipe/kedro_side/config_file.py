"""One file of configuration -> plain values, or a line that says what is wrong in it, and where.

YAML can say more than a configuration means, and some of it would end deep inside of a library:
values that aliases repeat without end, a thousand mappings inside of each other, names that are
numbers to YAML. All else is read as OmegaConf reads it, by the parser in C.
"""

from dataclasses import dataclass
from typing import Any

from omegaconf._utils import get_yaml_loader
from yaml import AliasEvent, MarkedYAMLError, Node
from yaml.composer import Composer
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.nodes import MappingNode, ScalarNode
from yaml.reader import ReaderError
from yaml.resolver import Resolver

from regpipe.errors import SpecError, not_utf8, shown

DEEPEST = 50  # blocks inside of blocks; ours go 8 deep
MOST_REPEATED = 100_000  # values that aliases repeat; ours repeat some dozens
LARGEST = 2**63 - 1  # whole number that arrays hold
REFERENCE = "${"  # to another value
YAML = "tag:yaml.org,2002:"
KEYS = {f"{YAML}{kind}": kind for kind in ("str", "int", "float", "bool", "merge")}
PLAIN = {*KEYS, *(f"{YAML}{kind}" for kind in ("null", "map", "seq"))}
KINDS = {"int": "a number", "float": "a number", "bool": "true or false"}


@dataclass(frozen=True)
class ConfigFile:
    """What a file holds: blocks by their names, and whether any value `refers` to another."""

    blocks: dict[str, Any]
    refers: bool


def read_config(content: bytes, path: str) -> ConfigFile:
    """Read a file of YAML or JSON.

    Raises:
        SpecError: with the path and the line of what can't be read, or doesn't mean anything here.
    """
    try:
        loader = _Loader(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SpecError(f"{path}: {not_utf8(error, '')}") from None
    blocks = _loaded(loader, path)
    if not isinstance(blocks, dict | None):
        kind = "a list" if isinstance(blocks, list) else repr(blocks)
        raise SpecError(f"{path}: expected names, and a block for each, received {kind}.")
    return ConfigFile(blocks or {}, loader.refers)


def read_value(text: str, path: str) -> Any:
    """Read a value of the command line, as `read_config` does one of a file."""
    return _loaded(_Loader(text, depth=1), path, of_lines=False)


class _Loader(Composer, CParser, SafeConstructor, Resolver):
    """What becomes of the parser's events; refuses what isn't plain."""

    yaml_implicit_resolvers = get_yaml_loader().yaml_implicit_resolvers  # no dates; 1e-3 a number

    def __init__(self, text: str, depth: int = 0) -> None:
        CParser.__init__(self, text)
        for base in (Composer, SafeConstructor, Resolver):
            base.__init__(self)
        self.refers = False
        self.depth, self.written, self.values = depth, 0, 0
        self.sizes: dict[int, int] = {}  # of what has an anchor, once it is complete

    def compose_node(self, parent: Node | None, index: Any) -> Any:
        """Return the next node, unless it is too much, or nothing that is meant here."""
        event: Any = self.peek_event()
        before = self.values
        if self.depth == DEEPEST:
            raise _refused(event, f"more than {DEEPEST} blocks inside of each other")
        self.depth += 1
        node: Any = super().compose_node(parent, index)
        self.depth -= 1
        if isinstance(event, AliasEvent):
            if id(node) not in self.sizes:
                raise _refused(event, f"*{event.anchor} stands inside of what it repeats")
            self.values += self.sizes[id(node)]
        else:
            self.written += 1
            self.values += 1
            self.sizes[id(node)] = self.values - before
        if self.values - self.written > MOST_REPEATED:
            raise _refused(event, f"aliases such as *{event.anchor} repeat too many values")
        if node.tag not in PLAIN:
            tag = node.tag.replace(YAML, "!!")
            raise _refused(event, f"{tag} isn't read here. Expected plain values")
        self.refers |= isinstance(node, ScalarNode) and REFERENCE in node.value
        return node

    def compose_mapping_node(self, anchor: Any) -> MappingNode:
        """Return a mapping whose keys are names; those of a file are text."""
        node = super().compose_mapping_node(anchor)
        found = set()
        for key, _ in node.value:
            kind = KEYS.get(key.tag)
            if kind is None or not isinstance(key, ScalarNode):
                raise _refused(key, "expected a name before the colon")
            if self.depth == 1 and kind in KINDS:
                raise _refused(
                    key, f"YAML reads {key.value} as {KINDS[kind]}. Expected a name, or quotes"
                )
            if key.value in found and kind != "merge":
                raise _refused(key, f"'{key.value}' stands there twice. Expected it once")
            found.add(key.value)
        return node

    def construct_object(self, node: Node, deep: bool = False) -> Any:
        """Return a value, which a tag may have called what it isn't."""
        try:
            value = super().construct_object(node, deep)
        except (ValueError, LookupError):
            kind = node.tag.removeprefix(YAML)
            raise _refused(node, f"{shown(node.value)} is no {kind}") from None
        if isinstance(value, int) and abs(value) > LARGEST:
            raise _refused(node, f"{shown(node.value)} is too large for a number")
        return value


def _loaded(loader: _Loader, path: str, of_lines: bool = True) -> Any:
    try:
        return loader.get_single_data()
    except MarkedYAMLError as error:
        line = _line(error) if of_lines else ""
        raise SpecError(f"{path}{line}: {_words(error)}.") from None
    except ReaderError as error:
        sign = f"{error.character:#04x} stands at {error.position:,}"
        raise SpecError(f"{path}: {error.reason}, and {sign}.") from None


def _refused(what: Any, why: str) -> MarkedYAMLError:
    return ConstructorError(None, None, why, what.start_mark)


def _line(error: MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f", line {mark.line + 1}" if mark else ""


def _words(error: MarkedYAMLError) -> str:
    """Return what a parser says, and what helps where it is the commonest fault."""
    said = ", ".join(filter(None, (error.context, error.problem)))
    return said + (". Expected spaces, if that is a tab" if "start any token" in said else "")
