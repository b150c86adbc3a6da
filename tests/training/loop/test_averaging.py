"""What is evaluated and kept in place of the weights that learn, and that training goes on as if it had not been."""

import copy
from functools import partial

import pytest
import torch
from tests.training.examples import Blobs, Heard, assert_same_weights, task, weights
from tests.training.loop.test_resume import FragileCheckpoints, KillAt, Killed, noisy
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from deepdive import scratch
from deepdive.scratch import optim
from deepdive.training import FolderCheckpoints, Regression, Trainer
from deepdive.training.loop.averaging import AveragedWeights
from deepdive.training.loop.evaluation import evaluate

CPU = torch.device("cpu")


@pytest.fixture(scope="module", autouse=True)
def plain(without_shape_checks):
    """Arguments of any kind reach the library, as they do for a user."""


def normalized(toolkit=nn):
    torch.manual_seed(0)
    net = toolkit.Sequential(
        toolkit.Linear(4, 8), toolkit.BatchNorm1d(8), toolkit.ReLU(), toolkit.Dropout(0.3), toolkit.Linear(8, 3)
    )
    return net


KINDS = {
    "schedule-free-adamw": {"optimizer": partial(optim.AdamWScheduleFree, lr=0.05)},
    "schedule-free-sgd": {"optimizer": partial(optim.SGDScheduleFree, lr=0.5)},
    "ema": {"optimizer": partial(torch.optim.SGD, lr=0.1)},
    "sophia-g": {"optimizer": "sophia-g", "lr": 0.01},
    "muon": {"optimizer": "muon", "schedule": "warm-up-cosine"},
    "lion": {"optimizer": "lion", "schedule": "factor"},
}


def trainer(kind, **words):
    return Trainer(epochs=3, log_every=4, checkpoint_every=2, ema_decay=0.9 if kind == "ema" else None, **words)


def own_loader(rows=90):
    data = Blobs(rows)
    return DataLoader(TensorDataset(data.x[:rows], data.y[:rows]), batch_size=16, shuffle=True)


@pytest.mark.parametrize(
    ("kind", "moment", "of_users"),
    [(kind, moment, False) for kind, moment in zip(KINDS, (3, 8, 13, 8, 13, 3), strict=True)]
    + [("schedule-free-adamw", 8, True), ("ema", 13, True)],
)
def test_killed_and_resumed_it_is_the_same_run(kind, moment, of_users, tmp_path):
    data = own_loader if of_users else partial(Blobs, 90, val=30, transform=noisy)
    rest = {"validation": own_loader(30)} if of_users else {}
    whole, heard = task(normalized(), **KINDS[kind]), Heard()
    trainer(kind).fit(whole, data(), listeners=[heard], **rest)
    checkpoints = FragileCheckpoints(tmp_path, KillAt(moment))
    with pytest.raises(Killed):
        trainer(kind).fit(task(normalized(), **KINDS[kind]), data(), checkpoints=checkpoints, **rest)
    resumed, again = task(normalized(), **KINDS[kind]), Heard()
    trainer(kind).fit(resumed, data(), checkpoints=FolderCheckpoints(tmp_path), listeners=[again], resume=True, **rest)
    assert_same_weights(weights(resumed), weights(whole))
    assert again.records == heard.records[-len(again.records) :]


@pytest.mark.parametrize("kind", ["schedule-free-adamw", "ema"])
def test_what_is_kept_is_the_average_with_its_own_statistics_and_what_learns_goes_on_without(kind, tmp_path):
    one, checkpoints = task(normalized(), **KINDS[kind]), FolderCheckpoints(tmp_path)
    trainer(kind).fit(one, Blobs(90, val=30), checkpoints=checkpoints)
    last, best = checkpoints.load("last"), checkpoints.load("best")
    if kind == "ema":  # one epoch at a time without any average learns the same
        plain = task(normalized(), **KINDS[kind])
        unaveraged = FolderCheckpoints(tmp_path / "without")
        trainer("none").fit(plain, Blobs(90, val=30), checkpoints=unaveraged)
        assert_same_weights(last["model"], unaveraged.load("last")["model"])
    assert not torch.equal(best["model"]["0.weight"], last["model"]["0.weight"])
    # statistics by hand: means over the batches of that epoch of what comes into the normalisation
    epoch = best["progress"]["epoch"] - 1
    net = normalized().eval()
    net.load_state_dict(best["model"])
    entering = [net[0](x).detach() for x, _ in Blobs(90).train_loader().batches(epoch)]
    mean = torch.stack([h.mean(0) for h in entering]).mean(0)
    variance = torch.stack([h.var(0) for h in entering]).mean(0)
    torch.testing.assert_close(best["model"]["1.running_mean"], mean, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(best["model"]["1.running_var"], variance, rtol=1e-5, atol=1e-6)
    loss = evaluate(task(net), Blobs(90, val=30).val_loader(), CPU, prefix="val")["val_loss"]
    assert loss == pytest.approx(best_value(best, checkpoints), rel=1e-6)


def best_value(best, checkpoints):
    return checkpoints.load("last")["best"]["value"]


def test_an_exponential_average_follows_the_weights_soon_after_the_first(tmp_path):
    net = nn.Linear(4, 3)
    one, seen = task(net, optimizer=partial(torch.optim.SGD, lr=0.2)), []
    theta = net.weight.detach().clone()
    original = one.training_step
    one.training_step = lambda batch: (
        seen.append(net.weight.detach().clone()) if one.training else None,
        original(batch),
    )[1]
    checkpoints = FolderCheckpoints(tmp_path)
    Trainer(epochs=1, ema_decay=0.6).fit(one, Blobs(90), checkpoints=checkpoints)
    after = [*seen[1:], checkpoints.load("last")["model"]["weight"]]
    for t, new in enumerate(after, 1):
        decay = min(0.6, (t - 1) / (t + 9))
        theta = decay * theta + (1 - decay) * new
    torch.testing.assert_close(checkpoints.load("best")["model"]["weight"], theta)
    torch.testing.assert_close(net.weight.detach(), theta)


def test_frozen_statistics_stay_as_they_are():
    net = normalized()
    net[1].requires_grad_(False)
    before = copy.deepcopy(net[1].state_dict())
    Trainer(epochs=2).fit(task(net, **KINDS["schedule-free-sgd"]), Blobs(90))
    assert_same_weights(net[1].state_dict(), before)


def test_both_toolkits_keep_the_same_average():
    found = []
    for toolkit in (nn, scratch):
        net = normalized(toolkit)
        net.load_state_dict(normalized().state_dict())
        net[3].p = 0.0
        one = task(net, **KINDS["schedule-free-sgd"])
        Trainer(epochs=2).fit(one, Blobs(90))
        found.append(weights(one))
    assert_same_weights(*found, rtol=1e-4, atol=1e-5)


def test_two_averages_are_one_too_many():
    with pytest.raises(
        ValueError, match=r"ema_decay must be None with SGDScheduleFree, which has an average, got 0\.9"
    ):
        Trainer(ema_decay=0.9).fit(task(normalized(), **KINDS["schedule-free-sgd"]), Blobs(90))
    with pytest.raises(ValueError, match=r"ema_decay must be at least 0 and below 1, got 1\.0"):
        Trainer(ema_decay=1.0)


def test_the_average_of_half_precision_is_kept_in_single():
    """Steps of a thousandth of a difference would be rounded away."""
    torch.manual_seed(0)
    network = nn.Linear(3, 1, dtype=torch.bfloat16)
    task = Regression(network, optimizer="sgd", lr=0.01)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    average = AveragedWeights(task, optimizer, 0.999, [])
    expected = [theta.detach().double() for theta in network.parameters()]
    for t in range(1, 301):
        with torch.no_grad():
            for theta in network.parameters():
                theta += torch.randn(theta.shape).to(theta.dtype) / 100 + 0.004
        average.update()
        d = min(0.999, (t - 1) / (t + 9))
        expected = [
            d * a + (1 - d) * theta.detach().double() for a, theta in zip(expected, network.parameters(), strict=True)
        ]
    for kept, value in zip(average.state_dict()["averages"], expected, strict=True):
        torch.testing.assert_close(kept.double(), value, rtol=1e-4, atol=1e-5)
