"""A block of YAML -> one of our own types, or one line for each thing that is wrong in it."""

from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from regpipe.errors import SpecError, hint

Model = TypeVar("Model", bound=BaseModel)


def parse(model: type[Model], block: Any, name: str) -> Model:
    """Read a block, turning pydantic's complaints into one line each.

    Raises:
        SpecError: a key is unknown or missing, or a value is of the wrong kind.
    """
    try:
        return model.model_validate(block)
    except ValidationError as error:
        raise SpecError(*(_explain(e, model, name) for e in error.errors())) from None


def _explain(error: Any, model: type[BaseModel], name: str) -> str:
    """Return block, key and what was expected, for one of pydantic's errors."""
    location = [str(part) for part in error["loc"]]
    path = ".".join([name, *location] if name else location)
    if error["type"] == "extra_forbidden":
        return f"{path}: there is no such key. {hint(location[-1], _keys(model, location[:-1]))}"
    if error["type"] == "missing":
        return f"{path}: this key is missing."
    if error["type"] in {"model_type", "dict_type"}:
        received = "nothing" if error["input"] is None else repr(error["input"])
        return f"{path}: expected a mapping of keys to values, received {received}."
    if error["type"] == "value_error":  # a block's own check, which names what it received
        check = str(error["ctx"]["error"])
        return f"{path}: {check}{'' if check.endswith(('.', '?')) else '.'}"
    message = error["msg"][0].lower() + error["msg"][1:]
    return f"{path}: {message}. Received {error['input']!r}."


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
