"""Do the designs that benchmarks hold ours against say what they have to, where that is known?"""

import sys
from types import ModuleType

import numpy as np
import pytest

from tests.conftest import PROJECT

ROWS = 200
NORMAL = 1.96


@pytest.fixture(scope="module")
def designs() -> ModuleType:
    sys.path.insert(0, str(PROJECT / "benchmarks"))
    import calibrate_designs

    sys.path.remove(str(PROJECT / "benchmarks"))
    return calibrate_designs


@pytest.mark.parametrize("name", ["K-fold", "nested", "SHARP"])
def test_scores_that_are_up_to_rows_alone_are_known_as_well_as_so_many_rows(
    name: str, designs: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(designs, "NESTED", 2000)
    monkeypatch.setattr(designs, "HALVED", 1000)
    rng = np.random.default_rng(1)
    scores = rng.normal(size=ROWS)
    # Without any noise of a fit, the halves of a repetition would mirror each other.
    noise = 0.05 if name == "SHARP" else 0.0

    def differences(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        assert not set(train) & set(test)
        return scores[test] + noise * rng.normal()

    mean, half = designs.DESIGNS[name](ROWS, differences, rng)
    assert mean == pytest.approx(scores.mean(), abs=0.03)
    assert half == pytest.approx(NORMAL * scores.std(ddof=1) / np.sqrt(ROWS), rel=0.1)


def test_nested_cross_validation_foresees_models_of_all_rows(designs: ModuleType) -> None:
    """A difference of 1 / (rows trained on), for which its correction is exact."""
    rng = np.random.default_rng(2)
    told = designs.nested(ROWS, lambda train, test: np.full(len(test), 1 / len(train)), rng)
    assert told == pytest.approx((1 / ROWS, 0.0))


def test_the_interval_of_halves_is_that_of_its_authors(designs: ModuleType) -> None:
    """Held against `sharp_confint(results, mode="st")` of sharp-cv 0.1.0."""
    results = np.sin(np.arange(24.0)).reshape(12, 2) + np.cos(np.arange(12.0) / 3)[:, None]
    mean, half = designs.of_halves(results)
    assert (mean - half, mean + half) == pytest.approx((-1.01973, 0.86429), rel=1e-3)
