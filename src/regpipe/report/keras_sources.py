"""What plain Keras lacks, as the source of the very classes that the engine is tested against."""

import inspect
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from regpipe.engine.keras_calls import Call, call
from regpipe.engine.plain import Plain
from regpipe.report.python_text import statement


def sources(things: Iterable[Any]) -> list[str]:
    """Return the source of classes and functions that aren't Keras', each once, bases first."""
    texts = [inspect.getsource(one) for thing in things for one in _of_ours(thing)]
    return [textwrap.dedent(text).rstrip() for text in dict.fromkeys(texts)]


def _of_ours(thing: Any) -> Iterator[Any]:
    if thing.__module__.partition(".")[0] not in {"keras", "builtins"}:
        for base in getattr(thing, "__bases__", ()):
            yield from _of_ours(base)
        yield thing


def classes_in(value: Any) -> Iterator[type]:
    """Yield the classes that Keras lacks and a call is made of."""
    if isinstance(value, Call):
        for _, item in value.arguments:
            yield from classes_in(item)
        if isinstance(value.what, type):
            yield value.what


def mixed_source(name: str, parts: Sequence[Plain], base: str) -> str:
    """Return the class that `engine.plain.mixed` makes."""
    bases = ", ".join([*(part.made.__name__ for part in parts), base])
    blocks = {part.idea.key(): part.arguments for part in parts}
    lines = [statement(f"{key} = ", block, 4) for key, block in blocks.items()]
    return "\n".join([f"class {name}({bases}):", *lines])


def plain_call(part: Plain, *places: Any, **extra: Any) -> Call:
    """Return the call of an idea with its block's arguments, those that are defaults left out."""
    parameters = inspect.signature(part.made).parameters
    arguments = part.called(**extra).items()
    changed = {key: value for key, value in arguments if value != parameters[key].default}
    ours = next(_of_ours(part.made), None)
    return call(part.made if ours else f"keras.callbacks.{part.made.__name__}", *places, **changed)
