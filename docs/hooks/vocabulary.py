"""What the pages of the reference list, written from the code when the site is built.

A page says where: `<!-- blocks: Problem Split -->` becomes a section for each of these types, its
docstring and a table of its keys. So nothing is listed twice, and nothing is missing.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import click
import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from pydantic import BaseModel

from regpipe import language
from regpipe.cli import cli
from regpipe.ingredients import IDEAS, LAYERS, PENALTIES
from regpipe.language import keras_names
from regpipe.language.limits import Limits
from regpipe.language.metrics import METRICS
from regpipe.language.settings import GridProtocol, VarianceProtocol

ASKED = re.compile(r"^<!-- (\w+):? ?([\w ./]*)-->$", re.MULTILINE)
OURS = {"GridProtocol": GridProtocol, "VarianceProtocol": VarianceProtocol, "Limits": Limits}
CONF = Path(__file__).parents[2] / "conf" / "base"


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Fill in what a page asks for."""
    return ASKED.sub(lambda asked: "\n".join(LISTS[asked[1]](*asked[2].split())), markdown)


def blocks(*names: str) -> Iterator[str]:
    """Yield a section for each type of a block."""
    here = re.compile(rf"a block: ({'|'.join(names)})\b")
    for name in names:
        kind = OURS.get(name) or getattr(language, name)
        yield from (f"## {name}\n", as_markdown(kind))
        for row in keys(kind):
            yield here.sub(lambda one: f"a block: [{one[1]}](#{one[1].lower()})", row)


def ideas() -> Iterator[str]:
    """Yield a section for each idea that Keras lacks."""
    of_training = [(idea.key(), "training", idea) for idea in IDEAS]
    of_layers = [
        *((key, "activity_regularizer", kind) for key, kind in PENALTIES.items()),
        *((key, "network", kind) for key, kind in LAYERS.items()),
    ]
    for key, where, kind in sorted(of_training, key=lambda one: one[0]) + of_layers:
        about = inspect.getmodule(kind)
        assert about is not None
        which = kind.model_fields.get(getattr(kind, "discriminator", ""))
        yield f"## {key}: {get_args(which.annotation)[0]}\n" if which else f"## {key}\n"
        yield f"Stands in `{where}`. {inspect.cleandoc(about.__doc__ or '')}\n"
        yield as_markdown(kind)
        yield from keys(kind)


def keys(kind: type[BaseModel]) -> Iterator[str]:
    """Yield a table of the keys of a type, what each takes and what it is without."""
    schema = kind.model_json_schema()
    if not schema.get("properties"):
        return
    yield "| key | takes | unless it is said |\n| --- | --- | --- |"
    for key, of in schema["properties"].items():
        without = "*needed*" if key in schema.get("required", ()) else default(of)
        yield f"| `{key}` | {takes(of)} | {without} |"
    yield ""


def default(of: dict[str, Any]) -> str:
    """Return what a key is where it isn't said; of a block, the keys' own defaults are told."""
    value = of.get("default")
    if value is None or "$ref" in of:
        return "" if value is None else "its defaults"
    return f"`{yaml.safe_dump(value, default_flow_style=True, width=1000).split(chr(10))[0]}`"


def takes(of: dict[str, Any]) -> str:
    """Return in words what a key takes, from its JSON schema.

    >>> takes({"type": "integer", "minimum": 2})
    'a whole number, 2 or more'
    """
    if "$ref" in of:
        return f"a block: {of['$ref'].rpartition('/')[2]}"
    if "const" in of:
        return f"`{of['const']}`"
    if "enum" in of:
        return "one of " + ", ".join(f"`{one}`" for one in of["enum"])
    if several := of.get("anyOf") or of.get("oneOf"):
        one_of = [takes(one) for one in several if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(one_of))
    if "allOf" in of:
        return takes(of["allOf"][0])
    kinds: dict[str, Callable[[], str]] = {
        "array": lambda: "a list" + each(of.get("items")),
        "object": lambda: "a mapping" + each(of.get("additionalProperties")),
        "integer": lambda: "a whole number" + limits(of),
        "number": lambda: "a number" + limits(of),
        "boolean": lambda: "`true` or `false`",
        "string": lambda: "a text",
    }
    return kinds.get(of.get("type", ""), lambda: "a value")()


def each(of: Any) -> str:
    """Return what each of several is, where that is known."""
    return f", each {takes(of)}" if isinstance(of, dict) and of else ""


def limits(of: dict[str, Any]) -> str:
    """Return the range of a number, in words."""
    words = {
        "minimum": "{} or more",
        "exclusiveMinimum": "above {}",
        "maximum": "{} or less",
        "exclusiveMaximum": "below {}",
    }
    return "".join(f", {text.format(of[key])}" for key, text in words.items() if key in of)


def names(module: str, kinds: str = "classes") -> Iterator[str]:
    """Yield a table of what a module of Keras has, with arguments; or the names of functions."""
    if kinds == "functions":
        yield ", ".join(f"`{name}`" for name in keras_names.function_names(module)) + "\n"
        return
    everywhere = keras_names.LAYER_ARGUMENTS if module == "layers" else ()
    yield "| name | arguments |\n| --- | --- |"
    for name in keras_names.class_names(module):
        own = (a for a in keras_names.arguments(module, name) if a not in everywhere)
        yield f"| `{name}` | {', '.join(f'`{argument}`' for argument in own) or 'none'} |"
    yield ""


def metrics() -> Iterator[str]:
    """Yield a table of the metrics."""
    yield "| `metric:` | is | of | better | smallest difference of interest |"
    yield "| --- | --- | --- | --- | ---: |"
    for key, metric in METRICS.items():
        tasks = ", ".join(metric.tasks) or "reconstruction, with `autoencoder`"
        better = "more" if metric.higher_is_better else "less"
        yield f"| `{key}` | {metric.name} | {tasks} | {better} | {metric.smallest:g} |"
    yield ""


def catalogue(file: str, key: str = "") -> Iterator[str]:
    """Yield a table of the blocks of a file."""
    read = yaml.safe_load((CONF / file).read_text(encoding="utf-8"))
    yield "| name | title | family | what it does |\n| --- | --- | --- | --- |"
    for name, block in (read[key] if key else read).items():
        family = block.get("family", block.get("slot", ""))
        on = f" On `{block['problem']}`." if "problem" in block else ""
        yield f"| `{name}` | {block['title']} | {family} | {block['explanation']}{on} |"
    yield ""


def commands() -> Iterator[str]:
    """Yield a section for each command of our own."""
    group = cli.commands["regpipe"]
    assert isinstance(group, click.Group)
    for name, one in group.commands.items():
        yield from command(one, name)


def command(one: click.Command, called: str) -> Iterator[str]:
    """Yield the help of a command, and of those inside it."""
    if one.hidden:
        return
    said = one.get_help(click.Context(one, info_name=f"kedro regpipe {called}"))
    yield f"## {called}\n\n```text\n{said}\n```\n"
    for name, inner in one.commands.items() if isinstance(one, click.Group) else ():
        yield from command(inner, f"{called} {name}")


def as_markdown(kind: type[Any]) -> str:
    """Return the docstring of a class, without what only concerns its code."""
    text = inspect.cleandoc(kind.__doc__ or "").partition("\nClass attributes:")[0]
    return text + "\n"


LISTS: dict[str, Callable[..., Iterable[str]]] = {
    function.__name__: function for function in (blocks, ideas, names, metrics, catalogue, commands)
}
