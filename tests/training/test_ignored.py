"""What a loss ignores counts in no metric, whichever number stands for it."""

import math
from functools import partial
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from deepdive.data.loaders import TensorLoader
from deepdive.training import Accuracy, Classification, evaluate
from deepdive.training.losses import MeanLoss
from deepdive.training.sequences import IGNORED, MaskedLanguageModelling, SpanSelection, TokenClassification

SGD = partial(torch.optim.SGD, lr=0.1)
LOGITS = torch.tensor([[1.0, 5.0, 2.0], [1.0, 5.0, 2.0], [9.0, 0.0, 1.0], [9.0, 0.0, 1.0]])


@pytest.mark.parametrize(("top", "expected"), [(1, 1 / 2), (2, 1 / 2)])
def test_hits_of_an_ignored_class_do_not_count(top, expected):
    metric = Accuracy(top, ignore_index=1)
    metric.update(LOGITS, torch.tensor([1, 1, 0, 1 if top == 2 else 2]))
    if top == 2:
        metric.update(LOGITS[:1], torch.tensor([0]))
    assert float(metric.compute()) == expected


def test_a_classification_measures_only_what_its_loss_learns_from():
    task = Classification(nn.Identity(), loss=nn.CrossEntropyLoss(ignore_index=0), optimizer=SGD)
    task.training_step((LOGITS, torch.tensor([1, 2, 0, 0])))
    assert float(task.metrics["accuracy"].compute()) == 1 / 2
    narrow = Classification(nn.Identity(), loss=nn.CrossEntropyLoss(ignore_index=0), optimizer=SGD)
    narrow.validation_step((LOGITS, torch.tensor([1, 2, 0, 0])))
    assert float(narrow.metrics["accuracy"].compute()) == 1 / 2


def test_tokens_without_a_target_need_not_have_the_number_that_a_loss_ignores():
    task = TokenClassification(nn.Identity(), loss=nn.CrossEntropyLoss(ignore_index=0), optimizer=SGD)
    targets = torch.tensor([[1, IGNORED, 0, 2]])
    loss = task.training_step((LOGITS.unsqueeze(0), targets))
    torch.testing.assert_close(loss, F.cross_entropy(LOGITS[[0, 3]], torch.tensor([1, 2])))
    assert float(task.batch_weight((LOGITS.unsqueeze(0), targets))) == 2


@pytest.mark.parametrize("words", [{"label_smoothing": 0.1}, {"weight": torch.tensor([1.0, 4.0, 2.0])}, {}])
def test_masked_perplexity_is_that_of_the_tokens_whatever_is_learnt_from(words):
    class Network(nn.Module):
        def forward(self, hidden):
            return SimpleNamespace(tokens=LOGITS[:2], is_next=LOGITS[:1, :2])

    task = MaskedLanguageModelling(Network(), loss=nn.CrossEntropyLoss(**words), optimizer=SGD)
    task.validation_step((torch.tensor([[0, IGNORED, 2]]), torch.tensor([1])))
    following = F.cross_entropy(LOGITS[:1, :2], torch.tensor([1]))  # whatever is said of tokens
    assert float(task.metrics["next_loss"].compute()) == pytest.approx(float(following))
    nats = F.cross_entropy(LOGITS[:2], torch.tensor([0, 2]))
    assert float(task.metrics["masked_perplexity"].compute()) == pytest.approx(float(nats.exp()))


@pytest.mark.parametrize("weight", [-1, math.nan, math.inf])
@pytest.mark.parametrize("kind", [float, torch.tensor])
def test_a_weight_below_zero_is_refused(weight, kind):
    class Own(Classification):
        def batch_weight(self, batch):
            return kind(weight)

    task = Own(nn.Linear(3, 3), optimizer=SGD)
    loader = TensorLoader((LOGITS, torch.tensor([0, 1, 2, 0])), 2)
    with pytest.raises(ValueError, match=r"batch_weight must be finite and at least 0, got (-1|nan|inf)"):
        evaluate(task, loader, torch.device("cpu"), prefix="val")


def test_places_of_padding_cannot_be_smoothed_over():
    with pytest.raises(ValueError, match=r"loss\.label_smoothing must be 0, as positions of padding .* got 0\.1"):
        SpanSelection(nn.Identity(), loss=nn.CrossEntropyLoss(label_smoothing=0.1), optimizer=SGD)


def test_a_class_without_weight_cannot_be_smoothed():
    with pytest.raises(
        ValueError, match=r"loss\.weight must be finite and above 0 for all classes under label smoothing"
    ):
        MeanLoss(nn.CrossEntropyLoss(weight=torch.tensor([0.0, 1.0]), label_smoothing=0.1))
    for weights in ([1.0, -1.0], [math.nan, 1.0], [math.inf, 1.0]):
        with pytest.raises(ValueError, match=r"loss\.weight must be finite and at least 0, got \["):
            MeanLoss(nn.CrossEntropyLoss(weight=torch.tensor(weights)))
    assert MeanLoss(nn.CrossEntropyLoss(weight=torch.tensor([0.0, 1.0]))).weight(torch.tensor([0, 1, 1])) == 2


def test_nats_are_of_the_targets_that_are_not_ignored_whatever_number_these_have():
    """A loss with smoothed targets is not what perplexity is of."""
    logits, targets = torch.randn(5, 3, generator=torch.Generator().manual_seed(0)), torch.tensor([0, 2, 1, 0, 2])
    mean = MeanLoss(nn.CrossEntropyLoss(label_smoothing=0.1))
    expected = -sum(logits[i].log_softmax(0)[targets[i]] for i in (1, 2, 4)) / 3
    torch.testing.assert_close(mean.nats(mean(logits, targets), logits, targets, 0), expected)
