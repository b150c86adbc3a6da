from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from deepdive import scratch
from deepdive.training.sequences import IGNORED, TokenClassification


@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
def test_the_loss_is_the_mean_over_tokens_with_a_target(toolkit):
    network = nn.Sequential(nn.Embedding(9, 5), nn.Linear(5, 3))
    task = TokenClassification(
        network,
        loss=toolkit.CrossEntropyLoss(ignore_index=IGNORED),
        optimizer=partial(torch.optim.SGD, lr=0.1),
    )
    x, y = torch.randint(9, (4, 6)), torch.randint(3, (4, 6))
    y[1, 2:] = IGNORED
    loss = task.training_step((x, y))
    kept = y != IGNORED
    logits = network(x)
    torch.testing.assert_close(loss, F.cross_entropy(logits[kept], y[kept]))
    expected = (logits.argmax(-1) == y)[kept].float().mean()
    torch.testing.assert_close(task.metrics["accuracy"].compute(), expected)
