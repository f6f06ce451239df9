"""A block of YAML -> one of our own types, or one line for each thing that is wrong in it."""

import json
from collections.abc import Iterator
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from regpipe.errors import SpecError, hint, shown

Model = TypeVar("Model", bound=BaseModel)
EXPECTED = {  # by how pydantic's types of errors begin
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "finite": "a finite number",
    "string_type": "text",
    "string_too_short": "some text",
    "list": "a list",
    "dict": "a mapping of keys to values",
    "model": "a mapping of keys to values",
    "unexpected_keyword": "no such key",
    "greater_than_equal": "a number of {ge:,.12g} or more",
    "greater_than": "a number above {gt:,.12g}",
    "less_than_equal": "a number of {le:,.12g} or less",
    "less_than": "a number below {lt:,.12g}",
    "too_short": "{min_length} or more entries",
    "too_long": "{max_length} or fewer entries",
    "union_tag_invalid": "{discriminator} to be one of {expected_tags}",
    "union_tag_not_found": "a mapping with the key {discriminator}",
}
KEY = "[key]"  # what pydantic calls a key that is wrong itself


def parse(model: type[Model], block: Any, name: str) -> Model:
    """Read a block, turning pydantic's complaints into one line each.

    Raises:
        SpecError: a key is unknown or missing, or a value is of the wrong kind.
    """
    try:
        parsed = model.model_validate(block)
    except ValidationError as error:
        raise SpecError(*_faults(error.errors(), model, block, name)) from None
    if faults := list(_truths(block, parsed, name)):
        raise SpecError(*faults)
    return parsed


def _truths(block: Any, parsed: Any, path: str) -> Iterator[str]:
    """Yield where a truth value stands for a number: to pydantic, and to Python, true is 1."""
    if isinstance(block, bool) and not isinstance(parsed, bool):
        yield f"{path}: expected a number, received {block}."
    elif isinstance(block, dict):
        inside = vars(parsed) if isinstance(parsed, BaseModel) else parsed
        for key in block.keys() & inside.keys() if isinstance(inside, dict) else ():
            yield from _truths(block[key], inside[key], f"{path}.{key}" if path else str(key))
    elif isinstance(block, list) and isinstance(parsed, list) and len(block) == len(parsed):
        for place, pair in enumerate(zip(block, parsed, strict=True)):
            yield from _truths(*pair, f"{path}.{place}")


def parse_json(model: type[Model], text: bytes, name: str) -> Model:
    """Read a file that a model wrote: its values are of the very types that they are written as.

    Raises:
        SpecError: as `parse`; or it is no JSON.
    """
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        errors = error.errors()
        if errors[0]["type"] == "json_invalid":
            raise SpecError(f"{name}: {errors[0]['ctx']['error']}. Expected JSON.") from None
        raise SpecError(*_faults(errors, model, json.loads(text), name)) from None


def _faults(errors: list[Any], model: type[BaseModel], block: Any, name: str) -> Iterator[str]:
    """Yield a line for each value that is wrong, of however many types it might have been."""
    wrong: dict[tuple[str, ...], list[Any]] = {}
    for error in errors:
        wrong.setdefault(_place(error, block), []).append(error)
    for place, all_found in wrong.items():
        if any(other[: len(place)] == place != other for other in wrong):
            continue  # of one type it is, but for what is wrong inside it
        path = ".".join([name, *place] if name else place)
        found = [error for error in all_found if error["loc"][-1:] == (KEY,)] or all_found
        yield _explain(found[0], model, path) or f"{path}: {_expected_of(found)}."


def _place(error: Any, block: Any) -> tuple[str, ...]:
    """Return the keys that lead to a value, without the types that pydantic tried it for.

    >>> error = {"type": "greater_than", "loc": ("split", "train", "constrained-int")}
    >>> _place(error, {"split": {"train": 0}})
    ('split', 'train')
    """
    place = []
    for part in error["loc"][:-2] if error["loc"][-1:] == (KEY,) else error["loc"]:
        there = isinstance(block, dict) and part in block
        if there or (isinstance(block, list) and isinstance(part, int)):
            block = block[part]
        elif error["type"] != "missing" or part != error["loc"][-1]:
            continue
        place.append(str(part))
    return tuple(place)


def _expected_of(errors: list[Any]) -> str:
    """Return what a value might have been, by what each of the types says that it isn't."""
    expected = list(dict.fromkeys(map(_expected, errors)))
    if "a number" in expected and "a whole number" in expected:
        expected.remove("a whole number")
    *others, last = expected
    wanted = f"{', '.join(others)} or {last}" if others else last
    of_key = " as a key" if errors[0]["loc"][-1:] == (KEY,) else ""
    return f"expected {wanted}{of_key}, received {shown(errors[0]['input'])}"


def _expected(error: Any) -> str:
    """Return what one type says that it expected.

    >>> _expected({"type": "less_than", "ctx": {"lt": 1.0}, "msg": "Input should be less than 1"})
    'a number below 1'
    """
    for kind, words in EXPECTED.items():
        if error["type"].startswith(kind):
            return words.format(**error.get("ctx", {}))
    return str(error["msg"]).removeprefix("Input should be ")


def _explain(error: Any, model: type[BaseModel], path: str) -> str | None:
    """Return what is wrong at a path; None where it is but of another type or out of range."""
    location = [str(part) for part in error["loc"]]
    if error["type"] == "extra_forbidden":
        return f"{path}: there is no such key. {hint(location[-1], _keys(model, location[:-1]))}"
    if error["type"] == "missing":
        return f"{path}: this key is missing."
    if error["type"] == "value_error":  # a block's own check, which names what it received
        check = str(error["ctx"]["error"])
        return f"{path}: {check}{'' if check.endswith(('.', '?')) else '.'}"
    return None


def _keys(model: type[BaseModel], location: list[str]) -> set[str]:
    """Return the keys that the block at `location` of a model may have.

    Where a block may be one of several types, pydantic's location names the one it took.
    """
    models = [model]
    for part in location:
        fields = [m.model_fields[part].annotation for m in models if part in m.model_fields]
        if fields:
            models = [model for field in fields for model in _models(field)]
        else:
            models = [m for m in models if part in _tags(m)] or models  # else a name, as of a rule
    return {key for m in models for key in m.model_fields}


def _tags(model: type[BaseModel]) -> set[str]:
    """Return the literal values by which pydantic discriminates a model from its alternatives."""
    return {str(tag) for field in model.model_fields.values() for tag in get_args(field.annotation)}


def _models(annotation: Any) -> list[type[BaseModel]]:
    """Return those of our own types that an annotation such as `Split | None` mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]
