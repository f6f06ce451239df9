"""By which plan is a question asked, and how sure has its answer to be?

Whoever asks, isn't told, and asks again with more repeats is wrong more often than each answer
promises. So not all errors are spent at once. Of the alpha that was asked for, the first plan has
four fifths, the second four fifths of what is left, and so on: however often it is asked, the
intervals of all plans hold together with probability 1 - alpha. (By Bonferroni's inequality, so it
doesn't matter which repeats they share, nor in what order they come.) Inside a plan with interim
analyses, its part is spent over those, see `spending`.

A technique isn't tried alone. So a plan with interim analyses goes on until it is decided among all
techniques of its problem: at alpha, divided by their number.

Source: W. Maurer and F. Bretz, "Multiple testing in group sequential trials using graphical
approaches" (2013): parts of alpha, and each of them spent by itself.
"""

from dataclasses import replace

from pydantic.dataclasses import dataclass

from regpipe.statistics.spending import nominal_confidence, repeated_p_value

RESERVE = 0.2  # of what is left, for whoever asks again


@dataclass(frozen=True)
class Plan:
    """After how many repeats a comparison may end, and what was asked besides.

    Attributes:
        analyses: the numbers of repeats, rising; None where theirs was set beforehand.
        asked: how many other plans had an answer to the same question before.
        taken: how many places are taken by now, this one's among them if it was told already.
        family: how many questions are asked on the same rows, this one among them.
        remembered: whether it is, and errors are kept for further plans.
    """

    analyses: tuple[int, ...] | None = None
    asked: int = 0
    taken: int = 0
    family: int = 1
    remembered: bool = True

    @property
    def part(self) -> float:
        """Its share of all errors.

        >>> [round(Plan(asked=k).part, 3) for k in range(3)]
        [0.8, 0.16, 0.032]
        """
        return (1 - RESERVE) * RESERVE**self.asked if self.remembered else 1.0

    @property
    def next(self) -> "Plan":
        """The plan of whoever asks again, with a number of repeats set beforehand."""
        return Plan(asked=max(self.asked + 1, self.taken), remembered=self.remembered)

    def ended(self, n: int) -> "Plan":
        """Return it without interim analyses where none of them could say that something helps."""
        return replace(self, analyses=None) if self.analyses and n == self.analyses[-1] else self

    def level(self, of_all: float, family: int = 1) -> float:
        """Return the confidence of all its intervals together.

        Args:
            of_all: of those of all plans together, in (0, 1).
            family: among how many questions errors are shared out.

        >>> round(Plan().level(0.95), 3)
        0.96
        """
        return 1 - (1 - of_all) * self.part / family

    def confidence(self, n: int, of_all: float, overlap: float = 0.0, family: int = 1) -> float:
        """Return the confidence of its interval after n repeats, one of `analyses` if there are.

        Args as of `level`; `overlap` is that of `intervals.margin`.
        """
        return nominal_confidence(n, self.analyses, self.level(of_all, family), overlap)

    def p_value(self, p_value: float, n: int, overlap: float = 0.0) -> float:
        """Return the smallest alpha at which it would have decided, by a single test's p value."""
        if self.analyses:
            p_value = repeated_p_value(p_value, n, self.analyses, overlap)
        return min(p_value / self.part, 1.0)


ALONE = Plan(remembered=False)  # of what is asked once
