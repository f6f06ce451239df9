import numpy as np
import pandas as pd
import pytest

from regpipe.language import GridPublished, Statistics
from regpipe.language.tasks import TASKS
from regpipe.statistics.grid import best_point, choice, choose, tabulate

PATHS = ["network.hidden.kernel_regularizer.l2"]
TASK, STATISTICS = TASKS["binary"], Statistics()
# value -> (validation losses, test accuracies) of two fresh repeats: validation and test disagree.
GIVEN = {
    0.1: ((0.5, 0.2), (0.7, 0.8)),
    0.01: ((0.3, 0.5), (0.8, 0.9)),
    0.001: ((0.9, 0.9), (0.9, 0.7)),
}


def runs() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                PATHS[0]: value, "protocol": protocol, "repeat": repeat, "step": "coarse",
                "validation_loss": losses[repeat], "test_accuracy": accuracies[repeat],
                "validation_accuracy": 0.5, "outcome": "completed",
                "train_accuracy": 1.0,
            }
            for value, (losses, accuracies) in GIVEN.items()
            for protocol in ("fixed", "fresh") for repeat in range(2)
        ]
    )  # fmt: skip


def test_of_equals_the_loss_on_validation_rows_chooses_in_each_repeat() -> None:
    fresh = choose(runs(), TASK).query("protocol == 'fresh'")
    assert fresh[PATHS[0]].tolist() == [0.01, 0.1]
    assert best_point(runs(), PATHS, TASK) == (0.1,)  # with a mean of 0.35


def test_the_metric_comes_before_the_loss() -> None:
    better = runs()
    better.loc[better[PATHS[0]] == 0.001, "validation_accuracy"] = 0.6
    assert set(choose(better, TASK)[PATHS[0]]) == {0.001}
    assert best_point(better, PATHS, TASK) == (0.001,)


def test_the_honest_figure_is_what_was_chosen_and_the_optimistic_one_the_best() -> None:
    baseline = pd.DataFrame(
        {"protocol": ["fixed"] * 3 + ["fresh"] * 3, "repeat": [0, 1, 2] * 2,
         "test_accuracy": [0.6, 0.7, 0.0] * 2}
    )  # fmt: skip
    chosen = choice(runs(), baseline, PATHS, TASK, STATISTICS)["fresh"]
    assert chosen.honest.mean == pytest.approx((0.8 + 0.8) / 2)
    assert chosen.optimistic.mean == pytest.approx((0.9 + 0.9) / 2)
    assert chosen.baseline.mean == pytest.approx(0.65)  # of the same two repeats
    assert chosen.repeats == 2
    assert [(c[PATHS[0]], c["times"]) for c in chosen.chosen] == [(0.01, 1), (0.1, 1)]


def test_what_test_rows_would_have_claimed_is_of_repeats_in_which_all_values_were_trained() -> None:
    some = runs().query("protocol == 'fresh'")
    some = pd.concat([some, some.query("repeat == 0").assign(repeat=2)], ignore_index=True)
    left = (some["repeat"] == 1) & (some[PATHS[0]] != 0.1)  # where 0.1 is chosen
    some.loc[left, ["outcome", "test_accuracy", "train_accuracy"]] = np.nan
    bare = some.drop_duplicates("repeat").assign(test_accuracy=[0.6, 0.0, 0.7])
    chosen = choice(some, bare, PATHS, TASK, STATISTICS)["fresh"]
    assert (chosen.repeats, chosen.compared) == (3, 2)
    assert chosen.chosen == [{PATHS[0]: 0.01, "times": 2}, {PATHS[0]: 0.1, "times": 1}]
    means = (chosen.baseline.mean, chosen.honest.mean, chosen.optimistic.mean)
    assert means == pytest.approx((0.65, 0.8, 0.9))
    table = tabulate(some, PATHS, TASK, STATISTICS, None).set_index(PATHS[0])
    assert table["test_mean"].to_dict() == pytest.approx({0.1: 0.7, 0.01: 0.8, 0.001: 0.9})
    assert table["chosen"].to_dict() == {0.1: 1, 0.01: 2, 0.001: 0}


def test_the_lower_error_is_the_better_one() -> None:
    errors = runs().rename(columns=lambda column: column.replace("accuracy", "mse"))
    baseline = errors.drop_duplicates(["protocol", "repeat"])
    chosen = choice(errors, baseline, PATHS, TASKS["reconstruction"], STATISTICS)["fresh"]
    assert chosen.optimistic.mean == pytest.approx((0.7 + 0.7) / 2)


def test_the_table_has_a_row_per_protocol_and_value() -> None:
    published = GridPublished(train=[1, 1, 1], test=[0.1, 0.2, 0.3], source="s")
    table = tabulate(runs(), PATHS, TASK, STATISTICS, published)
    assert len(table) == 6
    fixed = table[table["protocol"] == "fixed"].set_index(PATHS[0])
    assert fixed["published_test"].to_dict() == {0.1: 0.1, 0.01: 0.2, 0.001: 0.3}
    assert table[table["protocol"] == "fresh"]["published_test"].isna().all()
    assert fixed["test_mean"].to_dict() == pytest.approx({0.1: 0.75, 0.01: 0.85, 0.001: 0.8})
    assert fixed["test_sd"][0.1] == pytest.approx(np.std([0.7, 0.8], ddof=1))
    assert table["chosen"].sum() == 4
    assert tabulate(runs(), PATHS, TASK, STATISTICS, None)["published_train"].isna().all()


def test_means_have_no_interval_beyond_what_they_can_be() -> None:
    many = pd.concat([runs().assign(repeat=lambda t, k=k: t["repeat"] + 2 * k) for k in range(3)])
    many["test_accuracy"] = np.where(many["repeat"] == 0, 0.9, 1.0)
    fresh = tabulate(many, PATHS, TASK, STATISTICS, None).query("protocol == 'fresh'")
    assert (fresh["test_ci_high"] == 1.0).all() and (fresh["test_ci_low"] < 0.97).all()


def test_a_value_at_which_some_fits_diverged_is_not_judged_by_the_others() -> None:
    broken = runs()
    one = (broken[PATHS[0]] == 0.1) & (broken["repeat"] == 0)
    broken.loc[one, ["validation_loss", "validation_accuracy"]] = np.nan
    assert best_point(broken, PATHS, TASK) == (0.01,)


def test_a_diverged_value_is_never_chosen() -> None:
    broken = runs()
    lost = ["validation_loss", "validation_accuracy"]
    broken.loc[broken[PATHS[0]] == 0.1, lost] = np.nan
    assert 0.1 not in set(choose(broken, TASK)[PATHS[0]])
    assert best_point(broken, PATHS, TASK) == (0.01,)
