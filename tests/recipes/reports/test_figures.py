import pytest
import torch

from deepdive.algorithms.evaluation import reliability
from deepdive.figures import to_svg
from deepdive.recipes.reports.figures import confusion_figure, reliability_figure, residual_figure
from deepdive.training.report import figure


@pytest.mark.parametrize("classes", [1, 2, 30])
def test_a_confusion_matrix_has_numbers_where_they_fit(classes):
    confusion = torch.eye(classes, dtype=torch.int64) * 7
    [axes] = confusion_figure(confusion, [f"class {i}" for i in range(classes)]).axes
    assert len(axes.texts) == (classes**2 if classes < 20 else 0)
    assert axes.get_ylabel() == "true"
    assert axes.yaxis_inverted()


def test_true_classes_are_the_rows():
    [axes] = confusion_figure(torch.tensor([[1, 5], [0, 2]]), ["a", "b"]).axes
    [five] = [text for text in axes.texts if text.get_text() == "5"]
    assert five.get_position() == (1.5, 0.5)  # in the column of b and the row of a


def test_shades_are_fractions_of_the_true_class():
    confusion = torch.tensor([[6, 2, 0], [1, 0, 3], [0, 0, 0]])
    [axes] = confusion_figure(confusion, ["a", "b", "c"]).axes
    [shades] = axes.collections
    expected = [0.75, 0.25, 0.0, 0.25, 0.0, 0.75, 0.0, 0.0, 0.0]
    assert shades.get_array().flatten().tolist() == pytest.approx(expected)
    dark = {text.get_text() for text in axes.texts if text.get_color() == "white"}
    assert dark == {"6", "3"}


def test_every_figure_may_become_part_of_a_page():
    found = reliability(torch.tensor([0.55, 0.95, 0.97]), torch.tensor([True, True, False]))
    numbers = torch.tensor([1.0, float("inf"), float("nan"), 2.0])
    drawn = [
        confusion_figure(torch.tensor([[1, 5], [0, 2]]), ["$_$", "<script>"]),
        reliability_figure(found),
        residual_figure(numbers, torch.ones(4), "_<$\n"),
        residual_figure(torch.zeros(0), torch.zeros(0), "nothing"),
        residual_figure(torch.randn(5000), torch.zeros(5000), "many"),
    ]
    for each in drawn:
        assert len(figure(to_svg(each).decode())) < 400_000


def test_bars_are_the_accuracies_of_bins():
    found = reliability(torch.tensor([0.55, 0.95, 0.97]), torch.tensor([True, True, False]))
    above, below = reliability_figure(found).axes
    assert [bar.get_height() for bar in above.patches] == [1.0, 0.5]
    assert [bar.get_height() for bar in below.patches] == [0, 0, 0, 0, 0, 1, 0, 0, 0, 2]
