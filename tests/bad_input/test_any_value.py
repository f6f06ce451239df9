"""Whatever stands in a configuration, it is understood, or refused in lines that begin with its
path."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regpipe.candidates.check import check_parameters
from regpipe.errors import SpecError
from regpipe.language import Problem, StoppingRules, Technique
from regpipe.language.blocks import Recipe
from regpipe.language.foundations import Foundation
from regpipe.language.mechanisms import Mechanism
from regpipe.language.reading import parse
from regpipe.language.references import Reference
from tests.bad_input.small import parameters, put, written

WHOLE = parameters()
# Nothing of the inside of pydantic, which knows types of its own.
INNER = ("constrained", "function-", "dict[", "literal[", "Input should", "[key]", "nullable")


def paths(block: Any, path: str = "") -> Iterator[str]:
    """Yield the dotted path of each value, and of one that isn't there, in each mapping."""
    if path:
        yield path
    if isinstance(block, dict):
        for key, value in [*block.items(), ("other", None)]:
            yield from paths(value, f"{path}.{key}" if path else str(key))


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.integers(-(2**63), 2**63)
    | st.floats()
    | st.sampled_from(["", "auto", "relu", "accuracy", "moons", "hidden", "1", "${x}", "\x00", "é"])
    | st.text(max_size=4)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Dense", "l2", "rate", "units", "adam", "0"])
            | st.text(max_size=3) | st.integers(0, 2) | st.booleans(),
            inner, max_size=2,
        )
    ),
    max_leaves=4,
)  # fmt: skip


def check_lines(faults: tuple[str, ...], starts: tuple[str, ...]) -> None:
    """Check that each fault is one line that begins with a path, in a user's words."""
    assert faults
    assert len(set(faults)) == len(faults)
    for fault in faults:
        assert fault.startswith(starts), fault
        assert len(fault.splitlines()) == 1, fault
        assert not any(word in fault for word in INNER), fault
        assert len(fault) < 1000, fault


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(path=st.sampled_from(sorted(paths(WHOLE))), value=values)
def test_any_value_anywhere(path: str, value: Any) -> None:
    try:
        check_parameters(put(WHOLE, path, value), *written())
    except SpecError as error:
        check_lines(error.faults, tuple([*WHOLE, "other", "limits"]))


MODELS = {
    **dict.fromkeys(("moons", "digits", "wine"), Problem),
    **dict.fromkeys(("weight_l2", "stopping"), Technique),
    "recipes.dropout": Recipe,
    "foundations.wide": Foundation,
    "references.LogisticRegression": Reference,
    "mechanisms.l2_shrinks_its_weights": Mechanism,
    "stopping_rules": StoppingRules,
}


def block_at(path: str) -> dict[str, Any]:
    block = WHOLE
    for part in path.split("."):
        block = block[part]
    return block


@pytest.mark.parametrize("name", MODELS)
def test_what_is_read_is_written_and_read_again(name: str) -> None:
    block, model = block_at(name), MODELS[name]

    @settings(max_examples=20, derandomize=True, deadline=None, database=None)
    @given(path=st.sampled_from(sorted(paths(block))), value=values)
    def there_and_back(path: str, value: Any) -> None:
        try:
            parsed = parse(model, put(block, path, value), name)
        except SpecError as error:
            return check_lines(error.faults, (f"{name}.", f"{name}:"))
        again = parse(model, parsed.model_dump(exclude_unset=True), name)
        assert repr(again) == repr(parsed)  # where nan is like nan

    there_and_back()
