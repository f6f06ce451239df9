import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from regpipe.statistics.holm import holm


@pytest.mark.parametrize("n", [1, 2, 30])
def test_it_is_what_statsmodels_says(n: int) -> None:
    p_values = np.random.default_rng(n).uniform(0, 0.2, n).round(2)  # some of them equal
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_what_diverged_counts_and_stays_unknown() -> None:
    assert holm(np.array([np.nan, 0.01])) == pytest.approx([np.nan, 0.02], nan_ok=True)
