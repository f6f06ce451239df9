from regpipe.seeds import derive


def test_seeds_are_the_same_on_every_machine() -> None:
    assert derive(1, "fresh data", 0) == 689895546


def test_seeds_differ_in_every_part() -> None:
    seeds = {derive(s, p, k) for s in range(5) for p in ("a", "b") for k in range(100)}
    assert len(seeds) == 1000
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_a_part_of_zero_is_a_part() -> None:
    assert len({derive(1, "a"), derive(1, "a", 0), derive(1, "a", 0, 0)}) == 3
