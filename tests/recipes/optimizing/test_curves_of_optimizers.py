"""Curves of optimisers side by side: each from its own first step, cut above the second loss."""

import pytest

from deepdive.recipes.optimizing.comparison import _curves
from deepdive.training.records import Record


def test_first_losses_do_not_flatten_what_follows():
    losses = {"sgd": (90.0, 2.0, 1.0), "muon": (70.0, 3.0, 0.5)}
    records = {
        name: [Record("train", 1, 100 + 10 * i, {"train_loss": loss}) for i, loss in enumerate(each)]
        for name, each in losses.items()
    }
    ax = _curves(records).axes[0]
    assert ax.get_ylim()[1] == pytest.approx(1.1 * 3.0)
    assert [line.get_xdata().tolist() for line in ax.get_lines()] == [[0, 10, 20]] * 2
    assert [line.get_ydata().tolist() for line in ax.get_lines()] == [list(each) for each in losses.values()]
    _curves({"sgd": []})
