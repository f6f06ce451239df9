"""How much less are repeats worth together, where they split the same rows?

Values on splits of the same rows aren't independent: the variance of their mean is
(1/n + overlap) s^2 instead of s^2/n. C. Nadeau and Y. Bengio ("Inference for the generalization
error", 2003) take n_test / n_train for `overlap`, as if values differed by the rows tested on and
by nothing else. Where more rows are tested on than trained on, nearly all of them are tested on in
every split: values then differ by the rows trained on, which splits hardly share, and intervals
come out many times too wide.

So there, the two are kept apart. How much a value varies by its test rows, q, shows in its
difference between two halves of them, which have the network in common. Two splits share the part
n_test/N of that, and n_train/N at most of the rest, which comes from the rows trained on (a sum
over them would share as much; what depends on several of them at once, or on chance, shares less).
Of what all splits share, s^2 shows nothing, q does. That gives the variance of the mean

    s^2 (1/n + n_train/n_test) + q (1 - n_train/n_test),

which is Nadeau and Bengio's where values vary by test rows alone, and where as many rows are tested
on as are trained on. How often such intervals hold is measured (docs/method.md).
"""

import math
from dataclasses import dataclass

import numpy as np

HALVES = "_halves"  # how the names of their columns end
STEP = 1.1  # between overlaps that differ: the boundaries of each take a second


@dataclass(frozen=True)
class Splits:
    """What repeats share.

    Attributes:
        train_rows: how many rows each is trained on, above 0.
        test_rows: how many of the others it is tested on; 0 where repeats share none.
        row_by_row: whether the test rows can be halved; not where they come in groups.
        one_sample: whether all repeats have the very same rows, and so differ by their seeds alone:
            that is no sample of other rows.
    """

    train_rows: int
    test_rows: int
    row_by_row: bool = True
    one_sample: bool = False

    def overlap(self, values: np.ndarray, halves: np.ndarray) -> float:
        """Return the overlap of values, as `intervals.margin` wants it; infinite for one sample.

        Args:
            values: of shape (n,), one for each repeat.
            halves: of shape (n,), half of how much each value differs between two halves of its
                test rows.
        """
        if self.one_sample:
            return math.inf
        most = self.test_rows / self.train_rows
        variance = float(np.var(values, ddof=1)) if np.isfinite(values).all() else 0.0
        if most <= 1 or not self.row_by_row or variance == 0 or not np.isfinite(halves).all():
            return most
        by_test_rows = float(np.mean(np.square(halves))) / variance
        overlap = 1 / most + (1 - 1 / most) * by_test_rows
        return min(STEP ** math.ceil(math.log(overlap, STEP)), most)


INDEPENDENT = Splits(train_rows=1, test_rows=0)
ONE_SAMPLE = Splits(train_rows=1, test_rows=0, one_sample=True)  # the fixed draw, under many seeds


def halves_of(column: str) -> str:
    """Return the column of a run table that has the halves of a score on test rows."""
    return f"{column}{HALVES}"


def is_halves(column: str) -> bool:
    """Whether a column of a run table is one of these."""
    return column.endswith(HALVES)
