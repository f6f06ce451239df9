import pytest

from regpipe import progress


def test_the_bar_counts_fits_and_closes_after_the_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress.start(2)
    progress.advance("moons")
    assert progress._bar is not None
    progress.advance("weight_l2")
    assert progress._bar is None
    progress.advance("weight_l2")  # no bar, no effect
    shown = capsys.readouterr().out
    assert "training weight_l2" in shown and "2/2 fits" in shown
