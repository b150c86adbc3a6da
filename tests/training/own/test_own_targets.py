"""Targets in another form than the loss has them: what is clear is brought into it."""

import numpy as np
import pytest
import torch
from tests.training.own.data import X, Y
from torch import nn
from torch.nn import functional as F

from deepdive.training import Classification, Regression, Trainer


def test_targets_in_another_form_are_never_broadcast():
    x, y = torch.from_numpy(X), torch.from_numpy(X).sum(1)
    expected = F.mse_loss(nn.Linear(4, 1)(x).squeeze(1), y)
    for given in (y, y.unsqueeze(1), y.double().numpy()):
        torch.manual_seed(0)
        task = Regression(net := nn.Linear(4, 1), optimizer="sgd", lr=0.0)
        metrics = Trainer().fit(task, (X, given), progress=False)
        expected = F.mse_loss(net(x).squeeze(1), y).item()
        assert metrics["train_loss"] == pytest.approx(expected, rel=1e-5)
        assert metrics["train_rmse"] == pytest.approx(expected**0.5, rel=1e-5)


@pytest.mark.parametrize("dtype", [np.int64, np.bool_, np.float64])
@pytest.mark.parametrize("column", [False, True])
def test_two_classes_with_one_output(dtype, column):
    truth = (Y > 0).astype(dtype)
    torch.manual_seed(0)
    task = Classification(
        net := nn.Linear(4, 1), loss="bce_with_logits", optimizer="sgd", lr=0.0, metrics=["binary_accuracy", "f1"]
    )
    metrics = Trainer().fit(task, (X, truth[:, None] if column else truth), progress=False)
    logits = net(torch.from_numpy(X)).squeeze(1)
    wanted = torch.from_numpy(Y > 0)
    assert metrics["train_loss"] == pytest.approx(F.binary_cross_entropy_with_logits(logits, wanted.float()).item())
    assert metrics["train_binary_accuracy"] == pytest.approx(((logits > 0) == wanted).double().mean().item())
