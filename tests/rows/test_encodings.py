"""Numbers of a row, written in other ways."""

import subprocess
import sys
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
import skops.io
from scipy.stats import norm, rankdata

from regpipe.errors import SpecError
from regpipe.rows.arrays import Rows
from regpipe.rows.encodings import TRUSTED, Inputs, encoded, make_encoding, numbers_of
from tests.conftest import PROJECT

KINDS: tuple[Inputs, ...] = get_args(Inputs)
OTHERS = KINDS[1:]
WIDTH = {"standard": 1, "robust": 1, "quantile": 1, "piecewise": 8}
EXTREMES = np.array([-3e38, -1e30, -1.0, -0.0, 1e-30, 1e30, 3e38])


def written(kind: Inputs, trained_on: Any, x: Any = None) -> np.ndarray:
    """Return the code of a single column, fitted on another one, or on itself."""
    encoding = make_encoding(kind, np.array([True])).fit(np.array(trained_on, float)[:, None])
    return encoding.transform(np.array(trained_on if x is None else x, float)[:, None])


def rows_of(x: np.ndarray) -> Rows:
    """Return rows trained on, watched and scored, a third of all each."""
    x, y = x.astype("float32"), np.arange(len(x), dtype="float32")[:, None]
    parts = [slice(begin, None, 3) for begin in range(3)]
    return Rows(1, *(part for rows in parts for part in (x[rows], y[rows])))


def columns(seed: int) -> np.ndarray:
    """Return 60 rows of columns of many kinds, in an order of the seed's."""
    random, n = np.random.default_rng(seed), 60
    kinds = [
        random.normal(size=n) * 10.0 ** random.integers(-6, 7),
        np.exp(5 * random.normal(size=n)),
        random.standard_cauchy(n),
        np.where(random.random(n) < 0.9, 0, random.exponential(size=n)),
        random.integers(0, 4, n),
        1e6 + random.integers(0, 3, n) * 1e-1,
        np.full(n, random.normal()),
        random.random(n) < 0.3,
        np.where(np.arange(n) % 3, random.normal(size=n), 1.5),  # constant in the rows trained on
    ]
    return np.column_stack(kinds)[:, random.permutation(len(kinds))]


def test_numbers_are_columns_of_more_than_two_values() -> None:
    x = np.column_stack([np.arange(4), [0, 1, 0, 1], [7, 7, 7, 7], [0.0, -0.0, 1, 1], [0, 1, 2, 2]])
    assert numbers_of(x).tolist() == [True, False, False, False, True]
    assert numbers_of(x[:, :0]).tolist() == []


def test_robust_numbers_are_scaled_by_quartiles_and_stay_within_three() -> None:
    found = written("robust", [0, 1, 2, 3, 4], [2, 4, 0, 8, 1e300])[:, 0]
    scaled = np.array([0, 1, -1, 3])  # the median is 2, and the quartiles are 1 and 3
    np.testing.assert_allclose(found[:-1], scaled / np.sqrt(1 + (scaled / 3) ** 2))
    np.testing.assert_allclose(found[-1], 3)


def test_quantiles_are_those_of_normal_numbers_of_the_same_rank() -> None:
    column = np.array([5, 1, 1, 1, 1, 1, 1, 1, 1, 8.0])
    found = written("quantile", column)[:, 0]
    np.testing.assert_allclose(found, norm.ppf((rankdata(column) - 0.5) / 10))
    between = written("quantile", column, [3, 0, 100])[:, 0]
    np.testing.assert_allclose(between, [(found[0] + found[1]) / 2, found[1], found[9]])


def test_many_rows_make_a_curve_of_a_thousand_points() -> None:
    column = np.sort(np.random.default_rng(1).exponential(size=5000))
    found, expected = written("quantile", column)[:, 0], norm.ppf((np.arange(5000) + 0.5) / 5000)
    np.testing.assert_allclose(found[[0, -1]], expected[[0, -1]])
    np.testing.assert_allclose(found[50:-50], expected[50:-50], atol=0.02)
    encoding = make_encoding("quantile", np.array([True])).fit(column[:, None])
    assert len(skops.io.dumps(encoding)) < len(skops.io.dumps(column))


def test_piecewise_numbers_rise_from_one_quantile_to_the_next() -> None:
    found = written("piecewise", np.arange(9), [-5, 0, 0.25, 3.5, 8, 50])
    expected = [[0] * 8, [0] * 8, [0.25, *[0] * 7], [1, 1, 1, 0.5, 0, 0, 0, 0], [1] * 8, [1] * 8]
    np.testing.assert_allclose(found, expected)


def test_equal_quantiles_give_a_constant() -> None:
    column = np.array([0] * 90 + list(range(1, 11)))
    found = written("piecewise", column, [-1, 0, 5, 10, 99])
    np.testing.assert_allclose(found, np.outer([0, 0, 0.5, 1, 1], [0] * 7 + [1]))


@pytest.mark.parametrize("kind", OTHERS)
def test_a_constant_is_zero(kind: Inputs) -> None:
    assert not written(kind, [3.7] * 20).any()
    assert not written(kind, [3.7]).any()  # of a single row, too


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(8))
def test_of_any_columns_the_code_is_finite_keeps_order_and_has_one_width(
    kind: Inputs, seed: int
) -> None:
    x = columns(seed)
    numbers, rows = numbers_of(x), rows_of(x)
    far = np.repeat(EXTREMES[:, None], x.shape[1], axis=1).astype("float32")
    rows = replace(rows, x_score=np.concatenate([rows.x_score, far]))
    found = encoded(rows, kind, numbers)
    width = numbers.sum() * WIDTH[kind] + (~numbers).sum()
    for before, after in zip(
        (rows.x_train, rows.x_val, rows.x_score),
        (found.x_train, found.x_val, found.x_score),
        strict=True,
    ):
        assert after.shape == (len(before), width) and after.dtype == "float32"
        assert np.isfinite(after).all()
        if kind == "standard":
            np.testing.assert_array_equal(after, before)
            continue
        np.testing.assert_array_equal(after[:, width - (~numbers).sum() :], before[:, ~numbers])
        for place, column in enumerate(before[:, numbers].T):
            ordered = after[np.argsort(column)][:, place * WIDTH[kind] :][:, : WIDTH[kind]]
            assert (np.diff(ordered, axis=0) >= 0).all()
    assert found.y_train is rows.y_train and found.y_score is rows.y_score


@pytest.mark.parametrize("kind", OTHERS)
def test_rows_that_arent_trained_on_change_nothing(kind: Inputs) -> None:
    x = columns(1)
    numbers, rows = numbers_of(x), rows_of(x)
    other = replace(rows, x_val=100 * rows.x_val[:5], x_score=-rows.x_score)
    np.testing.assert_array_equal(
        encoded(rows, kind, numbers).x_train, encoded(other, kind, numbers).x_train
    )


def test_standard_rows_are_the_same_rows() -> None:
    rows = rows_of(columns(1))
    assert encoded(rows, "standard", numbers_of(columns(1))) is rows


def test_without_numbers_nothing_changes() -> None:
    x = np.tile([[0, 1], [1, 1]], (6, 1))
    for kind in KINDS:
        rows = rows_of(x)
        np.testing.assert_array_equal(encoded(rows, kind, numbers_of(x)).x_val, rows.x_val)


def test_rows_that_are_no_vectors_are_refused() -> None:
    images = rows_of(np.zeros((6, 4, 4)))
    with pytest.raises(SpecError, match=r"quantile is for rows that are vectors.*\[4, 4\]"):
        encoded(images, "quantile", np.array([True]))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_fitted_survives_a_file_that_cant_run_code(kind: Inputs) -> None:
    x = columns(3)
    encoding = make_encoding(kind, numbers_of(x)).fit(x)
    data = skops.io.dumps(encoding)
    assert set(skops.io.get_untrusted_types(data=data)) <= set(TRUSTED)
    loaded = skops.io.loads(data, trusted=list(TRUSTED))
    new = columns(4)
    np.testing.assert_array_equal(loaded.transform(new), encoding.transform(new))


def test_all_that_is_trusted_is_needed() -> None:
    x = columns(3)
    files = [skops.io.dumps(make_encoding(kind, numbers_of(x)).fit(x)) for kind in KINDS]
    assert {name for data in files for name in skops.io.get_untrusted_types(data=data)} == {
        *TRUSTED
    }


def test_to_import_it_takes_no_slow_library(without_slow_libraries: dict[str, str]) -> None:
    asked = [sys.executable, "-c", "import regpipe.rows.encodings"]
    path = f"{without_slow_libraries['PYTHONPATH']}:{PROJECT / 'src'}"
    subprocess.run(asked, check=True, env={**without_slow_libraries, "PYTHONPATH": path})
