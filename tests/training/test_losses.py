"""The loss of several batches is that of their union: in gradients, in records, for every kind of task."""

import math
from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from deepdive import scratch
from deepdive.data.loaders import TensorLoader
from deepdive.data.types import DataModule
from deepdive.training import Classification, Regression, Supervised, Task, Trainer, evaluate
from deepdive.training.losses import MeanLoss
from deepdive.training.sequences import IGNORED, Perplexity, TokenClassification

from .examples import Heard
from .kinds_of_loss import CLASS_WEIGHTS, IMPORTANCE, KINDS, POSITIVE, SGD, TARGETS, TOKENS, numbers, tokens_network

CPU = torch.device("cpu")


class Rows(DataModule):
    """Rows to learn from, in order."""

    def __init__(self, fields, batch_size):
        self.loader = TensorLoader(fields, batch_size)

    def prepare(self):
        pass

    def train_loader(self):
        return self.loader


def parameters(task):
    return {name: p for name, p in task.named_parameters()}


def one_step(kind, batch_size):
    """The gradient of one step over all four rows, and what is recorded of its loss."""
    task = kind.make()
    before = {name: p.detach().clone() for name, p in parameters(task).items()}
    trainer = Trainer(accumulate=-(-4 // batch_size), device="cpu")
    found = trainer.fit(task, Rows(kind.fields, batch_size))
    return {name: before[name] - p.detach() for name, p in parameters(task).items()}, found["train_loss"]


@pytest.mark.parametrize("name", [*KINDS, "importance"])
def test_gradients_and_the_loss_of_a_step_are_those_of_all_rows_in_one_batch(name):
    kind = KINDS.get(name, IMPORTANCE)
    task = kind.make()
    loss = kind.loss(task, kind.fields)
    if getattr(task, "penalty", None):
        loss = loss + task.penalty(task.network)
    loss.backward()
    for batch_size in (1, 2, 3, 4):
        step, train_loss = one_step(kind, batch_size)
        assert train_loss == pytest.approx(loss.item(), rel=1e-12)
        for parameter, p in parameters(task).items():
            torch.testing.assert_close(step[parameter], p.grad, rtol=1e-10, atol=1e-13, msg=lambda m: f"{name}: {m}")


@pytest.mark.parametrize("name", KINDS)
def test_the_loss_of_an_evaluation_does_not_depend_on_its_batches(name):
    kind = KINDS[name]
    task = kind.make()
    with torch.no_grad():
        expected = kind.loss(task, kind.fields).item()
    for batch_size in (1, 2, 3, 4):
        found = evaluate(task, TensorLoader(kind.fields, batch_size), CPU, prefix="val")
        assert found["val_loss"] == pytest.approx(expected, rel=1e-12)
        if name.startswith("several"):
            parts = found["val_age_loss"], found["val_kind_loss"]
            weights = task.loss.weights.tolist()
            learnt = task.loss.log_variances.sum().item() / 2 if task.loss.learn else 0.0
            assert weights[0] * parts[0] + weights[1] * parts[1] + learnt == pytest.approx(expected, rel=1e-7)
        if name.startswith("hidden"):
            assert found["val_masked_loss"] + 0.7 * found["val_next_loss"] == pytest.approx(expected, rel=1e-12)
            assert math.log(found["val_masked_perplexity"]) == pytest.approx(found["val_masked_loss"], rel=1e-12)


@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
@pytest.mark.parametrize(
    "words", [{}, {"ignore_index": 0}, {"weight": CLASS_WEIGHTS}, {"label_smoothing": 0.2}], ids=lambda w: "".join(w)
)
def test_perplexity_is_that_of_the_targets_whatever_is_learnt_from(toolkit, words):
    task = TokenClassification(
        tokens_network(), loss=toolkit.CrossEntropyLoss(**words), metrics={"perplexity": Perplexity()}, optimizer=SGD
    )
    targets = TARGETS.masked_fill(TARGETS == IGNORED, words.get("ignore_index", IGNORED))
    with torch.no_grad():
        logits = task.network(TOKENS).flatten(0, 1)
        expected = F.cross_entropy(logits, targets.flatten(), ignore_index=words.get("ignore_index", IGNORED)).item()
    for batch_size in (1, 2, 3, 4):
        found = evaluate(task, TensorLoader((TOKENS, targets), batch_size), CPU, prefix="val")
        assert math.log(found["val_perplexity"]) == pytest.approx(expected, rel=1e-12)
        if words.keys() <= {"ignore_index"}:
            assert math.exp(found["val_loss"]) == pytest.approx(found["val_perplexity"], rel=1e-12)


@pytest.mark.parametrize("accumulate", [1, 2])
@pytest.mark.parametrize("name", [name for name in KINDS if name.startswith(("tokens", "hidden", "a function of"))])
def test_batches_without_a_target_change_nothing(name, accumulate):
    """Neither what is learnt nor what is recorded is NaN."""
    kind = KINDS[name]
    ignored = 0 if "another" in name else IGNORED
    x, y, *rest = kind.fields
    nothing = torch.full_like(y, ignored)
    with_gaps = torch.stack([y, nothing], 1).flatten(0, 1)  # every second row has no target
    fields = (x.repeat_interleave(2, 0), with_gaps, *(each.repeat_interleave(2, 0) for each in rest))
    task, plain = kind.make(), kind.make()
    if rest:  # every pair has a class: it must not count
        task.next_weight = plain.next_weight = 0.0
    heard = Heard()
    Trainer(accumulate=accumulate, log_every=1, device="cpu").fit(task, Rows(fields, 1), listeners=[heard])
    expected = Heard()
    Trainer(log_every=1, device="cpu").fit(plain, Rows(kind.fields, 1), listeners=[expected])
    for p, q in zip(task.parameters(), plain.parameters(), strict=True):
        assert torch.equal(p, q)
    assert all(math.isfinite(record.metrics["train_loss"]) for record in heard.records)
    assert heard.records[-1].metrics["train_loss"] == expected.records[-1].metrics["train_loss"]


@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
@pytest.mark.parametrize("words", [{}, {"label_smoothing": 0.1}, {"weight": CLASS_WEIGHTS}])
@pytest.mark.parametrize("target", [IGNORED, 3])
def test_a_batch_that_weighs_nothing_has_a_loss_and_a_gradient_of_zero(toolkit, words, target):
    if target != IGNORED and "weight" not in words:
        return
    logits = numbers(4, 5).requires_grad_()
    loss = MeanLoss(toolkit.CrossEntropyLoss(**words))(logits, torch.full((4,), target))
    loss.backward()
    assert loss.item() == 0
    assert torch.equal(logits.grad, torch.zeros_like(logits))


@pytest.mark.parametrize("batch_size", [4, 1])
@pytest.mark.parametrize("words", [{}, {"weight": POSITIVE}])
def test_the_targets_of_a_batch_are_counted_once(monkeypatch, words, batch_size):
    """They are told to accumulated gradients, and not asked for again by the loss."""
    task = TokenClassification(tokens_network(), loss=nn.CrossEntropyLoss(**words), optimizer=SGD)
    counted, weight = [], MeanLoss.weight
    monkeypatch.setattr(MeanLoss, "weight", lambda *asked: counted.append(1) or weight(*asked))
    Trainer(accumulate=4 // batch_size, device="cpu").fit(task, Rows((TOKENS, TARGETS), batch_size))
    assert len(counted) == 4 // batch_size


def test_data_to_measure_without_any_target_is_refused():
    kind = KINDS["tokens, torch"]
    loader = TensorLoader((TOKENS, torch.full_like(TARGETS, IGNORED)), 2)
    with pytest.raises(ValueError, match="the val data has no target that counts in the loss"):
        evaluate(kind.make(), loader, CPU, prefix="val")


@pytest.mark.parametrize("log_every", [1, 2, 3])
def test_the_loss_of_an_epoch_does_not_depend_on_how_often_it_is_read(log_every):
    kind = KINDS["hidden tokens and pairs, torch"]
    heard, often = Heard(), Heard()
    for listener, every in ((often, 50), (heard, log_every)):
        Trainer(epochs=2, log_every=every, device="cpu").fit(kind.make(), Rows(kind.fields, 1), listeners=[listener])
    whole = [[r.metrics["train_loss"] for r in each.records if r.kind == "epoch"] for each in (heard, often)]
    assert whole[0] == whole[1]


class PerRow(Task):
    """A task of a user's own: a mean over rows, or over what it says itself."""

    def training_step(self, batch):
        x, y = batch
        return (self.network(x) - y).square().mean()

    def configure_optimizers(self, plan):
        return Regression(self.network, optimizer=SGD).configure_optimizers(plan)


class Counting(PerRow):
    """Rows below 0 do not count."""

    def training_step(self, batch):
        x, y = batch
        squares = (self.network(x) - y).square() * (y > 0)
        return squares.sum() / (y > 0).sum().clamp(min=1)

    def batch_weight(self, batch):
        return (batch[1] > 0).sum()


@pytest.mark.parametrize(("kind", "rows"), [(PerRow, [0, 1, 2, 3, 4]), (Counting, [1, 3, 4])])
def test_a_task_of_ones_own_counts_by_rows_or_by_what_it_says(kind, rows):
    x, y = numbers(5, 3), torch.tensor([-1.0, 2.0, -3.0, 4.0, 0.5]).double().unsqueeze(1)

    def step(batch_size):
        torch.manual_seed(0)
        task = kind(nn.Linear(3, 1).double())
        before = task.network.weight.detach().clone()
        found = Trainer(accumulate=-(-5 // batch_size), device="cpu").fit(task, Rows((x, y), batch_size))
        return before - task.network.weight.detach(), found["train_loss"]

    torch.manual_seed(0)
    network = nn.Linear(3, 1).double()
    loss = F.mse_loss(network(x[rows]), y[rows])
    loss.backward()
    for batch_size in (1, 2, 3, 5):
        gradient, train_loss = step(batch_size)
        torch.testing.assert_close(gradient, network.weight.grad, rtol=1e-10, atol=1e-13)
        assert train_loss == pytest.approx(loss.item(), rel=1e-12)


@pytest.mark.parametrize("precision", ["fp16", "bf16"])
def test_half_precision_and_clipping_see_the_gradient_of_the_union(precision):
    """As scaled losses are shares of one mean, many targets do not overflow."""
    steps = []
    for batch_size in (4, 2):
        torch.manual_seed(0)
        task = TokenClassification(
            nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 5)), optimizer=partial(torch.optim.SGD, lr=1.0)
        )
        before = [p.detach().clone() for p in task.parameters()]
        trainer = Trainer(accumulate=4 // batch_size, precision=precision, clip_norm=0.05, device="cpu")
        trainer.fit(task, Rows((TOKENS, TARGETS), batch_size))
        steps.append(torch.cat([(a - b.detach()).flatten() for a, b in zip(before, task.parameters(), strict=True)]))
    assert float(steps[0].norm()) == pytest.approx(0.05, rel=1e-3)
    torch.testing.assert_close(steps[0], steps[1], rtol=0, atol=1e-3)


def test_the_number_of_elements_counts_where_rows_are_of_different_lengths():
    assert MeanLoss(nn.MSELoss()).weight(torch.zeros(3, 7)) == 21
    assert MeanLoss(nn.KLDivLoss(reduction="batchmean")).weight(torch.zeros(3, 7)) == 3
    assert MeanLoss(partial(F.cross_entropy, ignore_index=1)).weight(torch.tensor([0, 1, 2])) == 2


class Focal(nn.Module):
    """``w (1 - pᵧ)² (-log pᵧ)`` over the targets that are not ignored, as many people write it."""

    def __init__(self, weight, ignore_index):
        super().__init__()
        self.weight, self.ignore_index = weight, ignore_index

    def forward(self, logits, targets):
        kept = targets != self.ignore_index
        each = F.cross_entropy(logits, targets.where(kept, 0), reduction="none")
        return (self.weight * (1 - (-each).exp()) ** 2 * each * kept).sum() / kept.sum()


@pytest.mark.parametrize("weight", [0.25, torch.tensor(0.25), "balanced"], ids=str)
def test_what_is_no_vector_is_no_weight_of_classes(weight):
    loss = MeanLoss(Focal(weight, -1))
    assert int(loss.weight(torch.tensor([2, -1, 0, 1]))) == 3
    assert not loss.is_likelihood


def test_what_is_no_number_is_no_ignored_target():
    assert MeanLoss(Focal(0.25, None)).weight(torch.tensor([2, -1, 0, 1])) == 4


def test_a_loss_of_ones_own_weighs_by_the_targets_that_count():
    """Accumulated steps over unequal parts are that of one batch, also where a part has no target that counts."""
    torch.manual_seed(0)
    x, y = torch.randn(6, 3), torch.tensor([1, -1, 0, 2, -1, -1])
    steps = []
    for size in (6, 2):
        torch.manual_seed(1)
        network = nn.Linear(3, 3)
        before = network.weight.detach().clone()
        task = Supervised(network, loss=Focal(0.25, -1), optimizer=SGD)
        Trainer(accumulate=6 // size, device="cpu").fit(task, Rows((x, y), size))
        steps.append(before - network.weight.detach())
    assert float(steps[0].norm()) > 1e-3
    torch.testing.assert_close(steps[0], steps[1])


@pytest.mark.parametrize(
    "loss",
    [
        nn.CrossEntropyLoss(reduction="sum"),
        scratch.CrossEntropyLoss(reduction="sum"),
        nn.MSELoss(reduction="sum"),
        partial(F.cross_entropy, reduction="sum"),
    ],
    ids=["torch", "scratch", "squared error", "function"],
)
def test_a_sum_is_refused(loss):
    with pytest.raises(ValueError, match=r"loss\.reduction must be 'mean', got 'sum'"):
        Supervised(nn.Linear(3, 2), loss=loss, optimizer=SGD)


def test_a_loss_per_example_is_refused():
    task = Classification(nn.Linear(3, 2), loss=lambda o, y: F.cross_entropy(o, y, reduction="none"), optimizer=SGD)
    with pytest.raises(ValueError, match=r"loss must give one number, the mean of a batch, got shape \(4,\)"):
        task.training_step((torch.randn(4, 3), torch.zeros(4, dtype=torch.long)))

    class Unreduced(PerRow):
        def training_step(self, batch):
            return (self.network(batch[0]) - batch[1]).square().squeeze(1)

    with pytest.raises(ValueError, match=r"training_step must give one mean per weight, got shape \(4,\) for one weig"):
        Trainer(device="cpu").fit(Unreduced(nn.Linear(3, 1).double()), Rows((numbers(4, 3), numbers(4, 1)), 4))
