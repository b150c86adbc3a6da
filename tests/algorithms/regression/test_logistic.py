import pytest
import torch

from deepdive.algorithms.regression import fit_softmax_regression, telling_outputs


@pytest.fixture(scope="module")
def rows():
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(90) % 3
    return torch.randn(90, 5, generator=generator) + 1.5 * torch.eye(3, 5)[labels], labels


def test_it_is_what_scikit_learn_finds(rows):
    linear_model = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is missing")
    features, labels = rows
    weight, bias = fit_softmax_regression(features, labels, 3, penalty=0.1)
    other = linear_model.LogisticRegression(C=1 / (90 * 0.1), tol=1e-8, max_iter=1000).fit(features, labels)
    torch.testing.assert_close(weight, torch.tensor(other.coef_, dtype=torch.float32), rtol=0, atol=2e-3)
    logits = features @ weight.T + bias
    expected = torch.tensor(other.predict_proba(features), dtype=torch.float32)
    torch.testing.assert_close(logits.softmax(1), expected, rtol=0, atol=2e-3)


def test_at_the_minimum_the_gradient_is_that_of_the_penalty(rows):
    features, labels = (rows[0].double(), rows[1])
    weight, bias = fit_softmax_regression(features, labels, 3, penalty=0.5)
    error = (features @ weight.T + bias).softmax(1) - torch.eye(3, dtype=torch.float64)[labels]
    torch.testing.assert_close(error.T @ features / 90, -0.5 * weight, rtol=0, atol=1e-5)
    torch.testing.assert_close(error.mean(0), torch.zeros(3, dtype=torch.float64), rtol=0, atol=1e-4)


def test_it_learns_where_gradients_are_switched_off(rows):
    with torch.no_grad():
        weight, bias = fit_softmax_regression(*rows, 3, penalty=0.01)
    assert ((rows[0] @ weight.T + bias).argmax(1) == rows[1]).float().mean() > 0.75


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"penalty": -1.0}, "penalty must be at least 0, got -1.0"),
        ({"num_classes": 1}, "num_classes must be at least 2, got 1"),
        ({"num_classes": 2}, r"labels must be from 0 to 1, got 2 at \[2\]"),
        (
            {"features": torch.zeros(0, 5), "labels": torch.zeros(0, dtype=torch.int64)},
            r"features must not be empty, got shape \(0, 5\)",
        ),
    ],
)
def test_what_cannot_be_fitted_is_named(rows, changes, message):
    words = {"features": rows[0], "labels": rows[1], "num_classes": 3} | changes
    with pytest.raises(ValueError, match=message):
        fit_softmax_regression(**words)


def test_what_is_known_of_a_class_is_free_of_the_penalty():
    """A long way along a direction costs nothing; where nothing is known, the fit is the plain one."""
    generator = torch.Generator().manual_seed(1)
    labels = torch.arange(80) % 2
    features = torch.randn(80, 6, generator=generator, dtype=torch.float64)
    features[:, 2] += 1.5 * labels
    directions = torch.zeros(2, 6, dtype=torch.float64)
    nothing = fit_softmax_regression(features, labels, 2, penalty=100.0, directions=directions)
    for found, plain in zip(nothing, fit_softmax_regression(features, labels, 2, penalty=100.0), strict=True):
        torch.testing.assert_close(found, plain, rtol=0, atol=1e-5)
    directions[1, 2] = 0.3
    weight, bias = fit_softmax_regression(features, labels, 2, penalty=100.0, directions=directions)
    alone, alone_bias = fit_softmax_regression(features[:, 2:3], labels, 2, penalty=1e-9)
    logits = features @ weight.T + bias
    expected = features[:, 2:3] @ alone.T + alone_bias
    torch.testing.assert_close(logits.softmax(1), expected.softmax(1), rtol=0, atol=0.02)


def test_the_telling_output_is_found_for_each_class_that_has_one():
    generator = torch.Generator().manual_seed(2)
    labels = torch.arange(300) % 3
    outputs = torch.randn(300, 20, generator=generator)
    outputs[:, 7] += 3 * (labels == 0)
    outputs[:, 4] -= 5 * (labels == 1)  # it falls where the class is: of no use
    assert telling_outputs(outputs, labels, 4) == [7, None, None, None]
    t = (outputs[labels == 0, 7].mean() - outputs[labels != 0, 7].mean()) / (
        outputs[labels == 0, 7].var() + outputs[labels != 0, 7].var()
    ).sqrt()
    assert telling_outputs(outputs, labels, 3, least=float(t) - 0.01)[0] == 7
    assert telling_outputs(outputs, labels, 3, least=float(t) + 0.01)[0] is None
    assert telling_outputs(outputs[:2], labels[:2], 2) == [None, None]
