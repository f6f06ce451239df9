"""What Keras calls its layers, regularizers, ... and their arguments, without importing it.

Importing Keras imports TensorFlow, which takes about ten seconds; a misspelt name should be
answered in one. So the names are read from the source of the installed Keras: a public module such
as `keras.layers` lists where each class is defined, and the class lists its arguments.
"""

import ast
import hashlib
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from regpipe.provenance.remembered import Remembered
from regpipe.provenance.statements import parse

# Every layer takes these through **kwargs (keras.layers.Layer.__init__), without naming them.
LAYER_ARGUMENTS = ("activity_regularizer", "trainable", "dtype", "autocast")


class Definition(NamedTuple):
    """A class or a function of a file.

    Attributes:
        arguments: of a function, or of a class's `__init__`; None where a class has none.
        bases: the names of the classes that a class is made of.
        methods: the names of those that a class defines.
    """

    arguments: list[str] | None
    bases: list[str]
    methods: list[str]


class Outline(NamedTuple):
    """What a file imports, by the name it has there: module and name; and what it defines."""

    imported: dict[str, list[str]]
    defined: dict[str, Definition]


@cache
def public_names(module: str) -> dict[str, tuple[str, str]]:
    """Map each public name of `keras.<module>` to (file, name in that file).

    >>> "Dense" in public_names("layers"), "max_norm" in public_names("constraints")
    (True, True)
    """
    imported = _outline(_keras_folder() / module / "__init__.py").imported
    return {
        seen_as: (str(Path(*of.split(".")[1:]).with_suffix(".py")), name)
        for seen_as, (of, name) in imported.items()
    }


@cache
def arguments(module: str, name: str) -> tuple[str, ...]:
    """Return the argument names of the class (or function) `keras.<module>.<name>`, in order.

    >>> arguments("regularizers", "L1L2")
    ('l1', 'l2')
    """
    file, defined_as = public_names(module)[name]
    own = _class_arguments(_keras_folder() / file, defined_as)
    return tuple(dict.fromkeys((*own, *LAYER_ARGUMENTS))) if module == "layers" else own


def folder(module: str, name: str) -> str:
    """Return the folder in which Keras keeps a class, such as its kinds of layers.

    >>> folder("layers", "Dropout")
    'regularization'
    """
    return Path(public_names(module)[name][0]).parent.name


@cache
def has_method(module: str, name: str, method: str) -> bool:
    """Whether a class, or one that it is made of, defines a method.

    >>> has_method("layers", "Normalization", "adapt"), has_method("layers", "Dense", "adapt")
    (True, False)
    """
    file, defined_as = public_names(module)[name]
    definitions = _definitions(_keras_folder() / file, defined_as)
    return any(method in definition.methods for definition in definitions)


def class_names(module: str) -> list[str]:
    """Return the names of `keras.<module>` that begin with a capital, as classes do."""
    return sorted(name for name in public_names(module) if name[0].isupper())


def function_names(module: str) -> list[str]:
    """Return the names of `keras.<module>` in small letters, which YAML and strings use."""
    housekeeping = {"get", "serialize", "deserialize"}
    return sorted(n for n in public_names(module) if n[0].islower() and n not in housekeeping)


@cache
def _keras_folder() -> Path:
    spec = importlib.util.find_spec("keras")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("Keras is not installed; run `make run` or `pip install keras`.")
    return Path(spec.origin).parent


def _class_arguments(file: Path, name: str) -> tuple[str, ...]:
    """Return the arguments of `__init__`, looking through base classes where a class has none."""
    for definition in _definitions(file, name):
        if definition.arguments is not None:
            return tuple(a for a in definition.arguments if a not in {"self", "name", "dtype"})
    return ()


def _definitions(file: Path, name: str) -> Iterator[Definition]:
    """Yield what `name` is defined by in a file, and the base classes of a class."""
    outline = _outline(file)
    if definition := outline.defined.get(name):
        yield definition
        for base in definition.bases:
            if origin := _origin(outline, base, file):
                yield from _definitions(origin, base)
    elif origin := _origin(outline, name, file):  # a package only passes it on
        yield from _definitions(origin, name)


def _origin(outline: Outline, name: str, file: Path) -> Path | None:
    """Return the file that defines `name` as it is seen in a file."""
    if name in outline.defined:
        return file
    if name not in outline.imported:
        return None
    module, _ = outline.imported[name]
    path = _keras_folder().joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _remembered() -> Remembered:
    return Remembered(Path(__file__))


@cache
def _outline(file: Path) -> Outline:
    content = file.read_bytes()
    key = hashlib.sha256(content).hexdigest()
    imported, defined = _remembered().get(key, lambda: _parsed(content))
    return Outline(imported, {name: Definition(*parts) for name, parts in defined.items()})


def _parsed(content: bytes) -> Outline:
    body = parse(content).body
    imported = {
        alias.asname or alias.name: [one.module, alias.name]
        for one in body
        if isinstance(one, ast.ImportFrom) and one.module
        for alias in one.names
    }
    kinds = ast.ClassDef | ast.FunctionDef
    return Outline(imported, {one.name: _definition(one) for one in body if isinstance(one, kinds)})


def _definition(one: ast.ClassDef | ast.FunctionDef) -> Definition:
    if isinstance(one, ast.FunctionDef):
        return Definition(_listed(one), [], [])
    methods = {part.name: part for part in one.body if isinstance(part, ast.FunctionDef)}
    init = methods.get("__init__")
    bases = [base.id for base in one.bases if isinstance(base, ast.Name)]
    return Definition(_listed(init) if init else None, bases, list(methods))


def _listed(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
