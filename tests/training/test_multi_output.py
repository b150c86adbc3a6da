"""Several outputs: weighted losses, metrics per output, learnt weights, exact resume."""

import math
from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from deepdive.data.loaders import TensorLoader
from deepdive.data.types import DataModule
from deepdive.training import Accuracy, FolderCheckpoints, MultiOutput, Output, Trainer
from deepdive.training.metrics import Metric

from .examples import KilledError, assert_same_weights, killed_at, weights


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.trunk = nn.Linear(5, 8)
        self.age, self.sex = nn.Linear(8, 1), nn.Linear(8, 2)

    def forward(self, a, b):
        h = self.trunk(torch.cat([a, b], 1)).tanh()
        return {"sex": self.sex(h), "age": self.age(h)}


class People(DataModule):
    def __init__(self, rows=64):
        g = torch.Generator().manual_seed(1)
        x = torch.randn(rows + 32, 5, generator=g)
        age = 3 * x[:, :1] + torch.randn(rows + 32, 1, generator=g)
        self.fields = x[:, :3], x[:, 3:], age, (x[:, 4] > 0).long()
        self.rows = rows

    def prepare(self):
        pass

    def train_loader(self):
        return TensorLoader(tuple(f[: self.rows] for f in self.fields), 16, shuffle=True)

    def test_loader(self):
        return TensorLoader(tuple(f[self.rows :] for f in self.fields), 10)


def outputs(age=1.0, sex=1.0):
    return {"age": Output("regression", age), "sex": Output("classification", sex)}


def made(found=None, **words):
    words = {"optimizer": partial(torch.optim.Adam, lr=0.03)} | words
    return MultiOutput(TwoHeads(), found or outputs(), **words)


def test_the_loss_is_the_weighted_sum():
    task, batch = made(outputs(0.25, 3)), next(People().train_loader().batches())
    a, b, age, sex = batch
    said = task.network(a, b)
    expected = 0.25 * F.mse_loss(said["age"], age) + 3 * F.cross_entropy(said["sex"], sex)
    torch.testing.assert_close(task.training_step(batch).sum(), expected)


def test_metrics_are_reported_per_output():
    task, data = made(), People()
    found = Trainer(epochs=30).fit(task, data)
    a, b, age, sex = (f[data.rows :] for f in data.fields)
    with torch.no_grad():
        said = task.network(a, b)
    expected = {
        "test_age_rmse": F.mse_loss(said["age"], age).sqrt(),
        "test_age_loss": F.mse_loss(said["age"], age),
        "test_sex_accuracy": (said["sex"].argmax(1) == sex).float().mean(),
        "test_sex_loss": F.cross_entropy(said["sex"], sex),
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(float(value), rel=1e-4)
    assert found["test_loss"] == pytest.approx(found["test_age_loss"] + found["test_sex_loss"], rel=1e-5)
    assert found["test_sex_accuracy"] > 0.85
    assert found["test_age_rmse"] < 1.6


def test_learnt_weights_start_where_they_are_set_and_settle_where_the_likelihood_is_largest():
    task = made(outputs(0.25, 3), learn_weights=True)
    torch.testing.assert_close(task.weighted_sum.weights, torch.tensor([0.25, 3.0]))
    losses = torch.tensor([0.7, 0.2])
    optimizer = torch.optim.SGD([task.weighted_sum.log_variances], lr=0.1)
    for _ in range(2000):
        optimizer.zero_grad()
        task.weighted_sum(losses).sum().backward()
        optimizer.step()
    # d/ds (c exp(-s) l + s / 2) = 0 at exp(s) = 2 c l: for a regression the variance is the mean squared error
    torch.testing.assert_close(task.weighted_sum.log_variances.exp(), torch.tensor([0.7, 0.4]), rtol=1e-4, atol=0)


def test_for_a_regression_it_is_the_normal_likelihood():
    task = MultiOutput(nn.Identity(), {"y": Output("regression", 0.8)}, learn_weights=True, optimizer=torch.optim.SGD)
    mean, y = torch.randn(50), torch.randn(50)
    variance = task.weighted_sum.log_variances.exp()
    expected = -torch.distributions.Normal(mean, variance.sqrt()).log_prob(y).mean() - 0.5 * math.log(2 * math.pi)
    torch.testing.assert_close(task.weighted_sum(F.mse_loss(mean, y).view(1)).sum(), expected)


def test_learnt_weights_resume_exactly(tmp_path):
    trainer = Trainer(epochs=4, log_every=1)
    whole = made(learn_weights=True)
    expected = trainer.fit(whole, People())
    begun = FolderCheckpoints(tmp_path)

    with pytest.raises(KilledError):
        trainer.fit(made(learn_weights=True), People(), checkpoints=begun, listeners=[killed_at(10)])
    rest = made(learn_weights=True)
    assert trainer.fit(rest, People(), checkpoints=begun, resume=True) == expected
    assert_same_weights(weights(rest), weights(whole))
    assert torch.equal(rest.weighted_sum.log_variances, whole.weighted_sum.log_variances)
    assert not torch.equal(rest.weighted_sum.log_variances, made(learn_weights=True).weighted_sum.log_variances)


def test_a_run_without_learnt_weights_is_not_resumed_with_them(tmp_path):
    begun = FolderCheckpoints(tmp_path)
    Trainer().fit(made(optimizer=partial(torch.optim.SGD, lr=0.1)), People(), checkpoints=begun)
    with pytest.raises(
        ValueError, match=r"the task has \['loss.log_variances'\] besides its network, the saved one \["
    ):
        Trainer().fit(
            made(optimizer=partial(torch.optim.SGD, lr=0.1), learn_weights=True),
            People(),
            checkpoints=begun,
            resume=True,
        )


def test_own_losses_and_metrics_take_the_place_of_the_usual_ones():
    class Worst(Metric):
        def __init__(self):
            super().__init__(worst=torch.float32)

        def update(self, outputs, targets):
            self.worst.copy_(torch.maximum(self.worst, (outputs - targets).abs().max()))

        def compute(self):
            return self.worst

    task = made(
        {
            "age": Output("regression", loss=nn.L1Loss(), metrics={"worst": Worst()}),
            "sex": Output("classification", metrics={"top2": Accuracy(top=2)}),
        }
    )
    found = Trainer().fit(task, People())
    assert found["test_sex_top2"] == 1
    assert found["test_age_worst"] >= found["test_age_loss"] > 0
    assert "test_age_rmse" not in found


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: made({"age": Output("regression", 0)}), "the weight of output 'age' is 0; it must be positive"),
        (lambda: MultiOutput(TwoHeads(), {}, optimizer=torch.optim.SGD), "outputs is empty"),
        (
            lambda: made({"a": Output("regression", metrics={"b_loss": Accuracy()}), "a_b": Output("regression")}),
            "have metrics of the same name; rename an output",
        ),
    ],
)
def test_outputs_that_make_no_sense_are_refused(build, words):
    with pytest.raises(ValueError, match=words):
        build()


def test_a_network_or_batch_that_does_not_fit_is_named():
    batch = next(People().train_loader().batches())
    with pytest.raises(ValueError, match=r"the network returns sex, age; it must return age by name"):
        made({"age": Output("regression")}).training_step(batch[:3])
    with pytest.raises(ValueError, match=r"the batch has 2 fields; it must hold inputs and 2 targets"):
        made().training_step(batch[:2])
    with pytest.raises(ValueError, match=r"the network returns a Tensor; it must return y by name"):
        MultiOutput(nn.Linear(3, 1), {"y": Output("regression")}, optimizer=torch.optim.SGD).training_step(
            (batch[0], batch[2])
        )
