import pytest

from regpipe.candidates.grids import arm_at, check_grid, finer_points, points
from regpipe.errors import SpecError
from regpipe.language import Technique
from regpipe.language.reading import parse
from tests.conftest import TECHNIQUES, arm_called


def technique(**changes: object) -> Technique:
    block = TECHNIQUES["weight_l2"].model_dump(exclude_unset=True)
    return parse(Technique, {**block, "grid_published": None, **changes}, "weight_l2")


def test_orders_of_magnitude_are_listed() -> None:
    path = "network.hidden.kernel_regularizer.l2"
    grid = {path: {"orders": [1e-6, 1e-1]}}
    assert technique(grid=grid).grid == {path: [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]}


def test_several_paths_are_combined_and_refined_around_the_best() -> None:
    values = {"a": [1.0, 10.0, 100.0], "b": [0.2, 0.4]}
    assert points(values) == [
        (1.0, 0.2), (1.0, 0.4), (10.0, 0.2), (10.0, 0.4), (100.0, 0.2), (100.0, 0.4),
    ]  # fmt: skip
    finer = finer_points({"a": [0.1, 0.5], "b": [0.2, 0.8]}, (0.5, 0.2))
    assert set(finer) == {
        (x, y) for x in (0.233, 0.367, 0.5) for y in (0.2, 0.4, 0.6)
    } - {(0.5, 0.2)}  # fmt: skip


def test_whole_numbers_stay_whole() -> None:
    assert finer_points({"units": [10, 20, 40]}, (20.0,)) == [(13.0,), (17.0,), (27.0,), (33.0,)]
    assert finer_points({"units": [1, 2]}, (1.0,)) == []


def test_a_point_changes_its_path_and_nothing_else() -> None:
    base, block = arm_called("moons"), TECHNIQUES["weight_l2"]
    arm = arm_at("weight_l2", block, base, (0.5,))
    assert arm.layers["hidden"].arguments["kernel_regularizer"] == {"l2": 0.5}
    assert arm.layers["output"] == base.layers["output"] and arm.training == base.training
    assert block.network["hidden"]["kernel_regularizer"] == {"l2": 0.001}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"grid": {"network.hiden.kernel_regularizer.l2": [1, 2]}}, "is no path of this block"),
        ({"grid": {"title.x": [1, 2]}}, "'title.x' is no path of this block"),
        (
            {"grid": {"network.hidden.kernel_regularizer.l3": [1, 2]}},
            "'l3' is no key of network.hidden.kernel_regularizer. Expected one of: l2.",
        ),
        (
            {"grid": {"network.hidden.kernel_regularizer.l2": [0.1, -1]}},
            "kernel_regularizer.l2: expected a number of 0 or more, received -1",
        ),
        (
            {"grid_published": {"train": [1], "test": [1], "source": "s"}},
            "1 train and 1 test numbers, and the grid has 6 points",
        ),
    ],
)
def test_a_grid_that_cannot_be_run_is_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(SpecError) as raised:
        check_grid("weight_l2", technique(**changes), arm_called("moons"))
    assert says in str(raised.value)


@pytest.mark.parametrize("values", [[1], {"orders": [1e-1, 1e-6]}, {"order": [1, 2]}, "all"])
def test_values_that_are_no_grid_are_refused(values: object) -> None:
    with pytest.raises(SpecError, match=r"weight_l2\.grid"):
        technique(grid={"network.hidden.kernel_regularizer.l2": values})
