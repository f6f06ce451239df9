import pytest

from regpipe.engine import progress


def test_the_bar_counts_fits_until_the_run_ends(capsys: pytest.CaptureFixture[str]) -> None:
    progress.start(2)
    progress.advance("moons")
    progress.advance("moons")
    progress.expect(1)  # a grid says by itself how many fits it adds
    progress.advance("weight_l2_grid")
    progress.stop()
    assert progress._bar is None
    progress.advance("weight_l2")  # no bar, no effect
    progress.expect(3)
    shown = capsys.readouterr().out
    assert "training weight_l2_grid" in shown and "3/3 fits" in shown
