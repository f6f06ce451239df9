"""Do fits come out as they once did? See `golden.py`."""

import json
from typing import Any

import pytest

from tests.engine.golden import FILE, FITS, trained

# float32 has 6e-8 of relative rounding; other CPUs add in another order, and training carries that
# on. A changed default or initializer changes all of it by per cents.
TOLERANCE = 1e-3
ROWS = 1 / 30  # an accuracy: one row may fall on the other side


def numbers(fit: dict[str, Any], kind: str) -> dict[str, float]:
    return {k: v for k, v in fit["last"].items() if ("accuracy" in k) is (kind == "accuracy")}


@pytest.mark.usefixtures("without_xla")
@pytest.mark.parametrize("name", FITS)
def test_a_fit_comes_out_as_it_once_did(name: str) -> None:
    once, now = json.loads(FILE.read_text(encoding="utf-8"))[name], trained(name)
    assert (now["outcome"], now["epochs"]) == (once["outcome"], once["epochs"])
    assert numbers(now, "loss") == pytest.approx(numbers(once, "loss"), rel=TOLERANCE, nan_ok=True)
    assert now["norms"] == pytest.approx(once["norms"], rel=TOLERANCE, abs=1e-6)
    assert numbers(now, "accuracy") == pytest.approx(
        numbers(once, "accuracy"), abs=ROWS, nan_ok=True
    )
