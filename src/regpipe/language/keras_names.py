"""What Keras calls its layers, regularizers, ... and their arguments, without importing it.

Importing Keras imports TensorFlow, which takes about ten seconds; a misspelt name should be
answered in one. So the names are read from the source of the installed Keras: a public module such
as `keras.layers` lists where each class is defined, and the class lists its arguments.
"""

import ast
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from regpipe.provenance.statements import parse

# Every layer takes these through **kwargs (keras.layers.Layer.__init__), without naming them.
LAYER_ARGUMENTS = ("activity_regularizer", "trainable", "dtype", "autocast")


@cache
def public_names(module: str) -> dict[str, tuple[str, str]]:
    """Map each public name of `keras.<module>` to (file, name in that file).

    >>> "Dense" in public_names("layers"), "max_norm" in public_names("constraints")
    (True, True)
    """
    names = {}
    for statement in _parsed(_keras_folder() / module / "__init__.py").body:
        if isinstance(statement, ast.ImportFrom) and statement.module:
            file = str(Path(*statement.module.split(".")[1:]).with_suffix(".py"))
            for alias in statement.names:
                names[alias.asname or alias.name] = (file, alias.name)
    return names


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
    return any(
        isinstance(statement, ast.FunctionDef) and statement.name == method
        for definition in _definitions(_keras_folder() / file, defined_as)
        for statement in definition.body
    )


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
        init = next(
            (s for s in definition.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"),
            definition if isinstance(definition, ast.FunctionDef) else None,
        )
        if init is not None:
            listed = [*init.args.args, *init.args.kwonlyargs]
            return tuple(a.arg for a in listed if a.arg not in {"self", "name", "dtype"})
    return ()


@cache
def _parsed(file: Path) -> ast.Module:
    return parse(file.read_bytes())


def _definitions(file: Path, name: str) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    """Yield what `name` is defined by in a file, and the base classes of a class."""
    tree = _parsed(file)
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef | ast.FunctionDef) and statement.name == name:
            yield statement
            for base in statement.bases if isinstance(statement, ast.ClassDef) else ():
                if isinstance(base, ast.Name) and (origin := _origin(tree, base.id, file)):
                    yield from _definitions(origin, base.id)
            return
    if origin := _origin(tree, name, file):  # a package only passes it on
        yield from _definitions(origin, name)


def _origin(tree: ast.Module, name: str, file: Path) -> Path | None:
    """Return the file that defines `name` as it is seen in `tree`."""
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef) and statement.name == name:
            return file
        if isinstance(statement, ast.ImportFrom) and statement.module:
            if any(alias.name == name for alias in statement.names):
                parts = statement.module.split(".")[1:]
                path = _keras_folder().joinpath(*parts)
                return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return None
