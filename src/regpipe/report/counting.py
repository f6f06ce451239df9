"""Counts and lists in a sentence."""


def several(n: int, one: str, many: str | None = None) -> str:
    """Return a number and its noun.

    >>> several(1, "gain"), several(2, "gain")
    ('1 gain', '2 gains')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def listed(parts: list[str]) -> str:
    """Return the parts with commas between them, and an `and` before the last.

    >>> listed(["1 holds", "2 do not"]), listed(["1 holds", "2 do not", "3 are undecided"])
    ('1 holds and 2 do not', '1 holds, 2 do not, and 3 are undecided')
    """
    *others, last = parts
    if len(others) < 2:
        return " and ".join(parts)
    return f"{', '.join(others)}, and {last}"
