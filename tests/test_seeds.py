from regpipe.seeds import derive


def test_seeds_are_the_same_on_every_machine() -> None:
    assert derive(1, "fresh data", 0) == 767592664


def test_seeds_differ_in_every_part() -> None:
    seeds = {derive(s, p, k) for s in range(5) for p in ("a", "b") for k in range(100)}
    assert len(seeds) == 1000
    assert all(0 <= seed < 2**31 for seed in seeds)
