"""How `--params` is read: as Kedro reads it, and lists in brackets."""

from typing import Any

import click
import pytest

from regpipe.cli import run


def read(text: str) -> dict[str, Any]:
    context = run.make_context("run", ["--params", text])
    return dict(context.params["params"])


def test_a_comma_inside_of_brackets_is_one_of_a_list() -> None:
    said = "screen.recipes=[weight_l2,dropout], moons.metric={cost: [[0,1],[5,0]]},workers=2"
    assert read(said) == {
        "screen": {"recipes": ["weight_l2", "dropout"]},
        "moons": {"metric": {"cost": [[0, 1], [5, 0]]}},
        "workers": 2,
    }
    assert read("a.b=x=y,c=1e-3,") == {"a": {"b": "x=y"}, "c": 0.001}


@pytest.mark.parametrize("wrong", ["a=1,dropout", "=3", "a=[1],b]"])
def test_what_has_no_name_is_refused(wrong: str) -> None:
    with pytest.raises(click.UsageError, match="expected name=value, received"):
        read(wrong)
