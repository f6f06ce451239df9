"""`class_weight` as in Keras, and `balanced` as in scikit-learn."""

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from regpipe.ingredients.class_weight import ClassWeight, class_weights

Y = np.array([[0], [2], [0], [0], [1], [0], [2], [0]], "float32")


def test_balanced_is_that_of_scikit_learn_also_where_a_class_has_no_row() -> None:
    for y in (Y, Y[Y[:, 0] != 1]):
        classes = np.unique(y)
        expected = compute_class_weight("balanced", classes=classes, y=y[:, 0])
        balanced = ClassWeight.model_validate("balanced")
        found = class_weights("balanced", y)
        assert list(found) == classes.astype(int).tolist()
        assert list(found.values()) == pytest.approx(expected)
        assert balanced.plain()("balanced", y) == pytest.approx(found)
        totals = [balanced.row_weights(y)[y[:, 0] == k].sum() for k in classes]
        np.testing.assert_allclose(totals, len(y) / len(classes), rtol=1e-6)


def test_a_class_without_a_weight_weighs_1() -> None:
    weights = ClassWeight.model_validate({0: 0.5, 2: 4.0}).row_weights(Y)
    assert weights.dtype == "float32"
    np.testing.assert_array_equal(weights, [0.5, 4, 0.5, 0.5, 1, 0.5, 4, 0.5])
