import math
from typing import get_args

import pytest
import torch

from deepdive import scratch
from deepdive.recipes.experiments.making import (
    make_classification_loss,
    make_optimizer,
    make_schedule,
    make_toolkit,
    make_trainer,
)
from deepdive.recipes.optimization import USUAL, OptimizerName, ScheduleName, with_usual
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings, from_plain
from deepdive.training import EarlyStopping, Plan
from deepdive.training.choices import named_schedules
from deepdive.training.choices.named_optimizers import CLASSES

NAMES = get_args(OptimizerName)
SCHEDULES = get_args(ScheduleName)


def parameters():
    return [torch.nn.Parameter(torch.zeros(2, 2))]


def test_the_toolkits():
    assert make_toolkit("torch") is torch.nn
    assert make_toolkit("scratch") is scratch


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
@pytest.mark.parametrize("name", NAMES)
def test_the_optimiser_is_the_one_asked_for(toolkit, name):
    settings = OptimizerSettings(name, lr=0.25, momentum=0.5, weight_decay=0.0 if name == "rprop" else 0.125)
    optimizer = make_optimizer(settings, toolkit)(parameters())
    package = torch.optim if toolkit == "torch" else scratch.optim
    assert type(optimizer) is getattr(package, CLASSES[name], getattr(scratch.optim, CLASSES[name]))
    [group] = optimizer.param_groups
    assert (group["lr"], group.get("weight_decay", 0.0)) == (0.25, settings.weight_decay)
    if name in ("sgd", "schedule-free-sgd", "muon"):
        assert group["momentum"] == 0.5


def test_every_optimiser_without_sparse_gradients_and_every_schedule_is_offered():
    assert set(NAMES) == set(CLASSES) - {"sparse-adam"} == set(USUAL)
    assert set(SCHEDULES) == set(named_schedules.SCHEDULES)


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
@pytest.mark.parametrize("name", NAMES)
def test_every_optimiser_at_its_usual_rate_makes_a_loss_smaller(toolkit, name):
    torch.manual_seed(3)
    net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
    x = torch.randn(64, 4)
    optimizer = make_optimizer(OptimizerSettings(name, lr=USUAL[name]["lr"]), toolkit)(net.parameters(), net)
    losses = []
    for _ in range(30):
        loss = (net(x) - x.sum(1, keepdim=True)).square().mean()
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
@pytest.mark.parametrize("name", ["sgd", "adam"])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_changes_the_learning_rate_and_nothing_else(toolkit, name, schedule):
    settings = TrainingSettings(toolkit=toolkit, schedule=schedule, optimizer=OptimizerSettings(name, lr=0.5))
    optimizer = make_optimizer(settings.optimizer, toolkit)(parameters())
    before = {key: value for key, value in optimizer.param_groups[0].items() if key in ("momentum", "betas")}
    make = make_schedule(settings)
    rates = []
    if make is not None:
        moved = make(optimizer, Plan(total_steps=30, steps_per_epoch=10))
        for _ in range(30):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            moved.step()
    assert {key: optimizer.param_groups[0][key] for key in before} == before
    if schedule != "constant":
        assert max(rates) == pytest.approx(0.5, rel=0.02)
        # some end at lr / 32 and lr / √10, after two epochs, in a third of their last fall, or do not fall
        last = {"slanted-triangular": 0.04, "inverse-square-root": 0.16, "factor": 0.41, "square-root": 0.3}
        last |= {"cyclic": 0.25, "exponential": 0.012, "linear": 0.02, "cosine-restarts": 0.02, "warm-up": 0.51}
        last |= {"warm-up-stable-decay": 0.05}
        assert rates[-1] < last.get(schedule, 0.01)
    else:
        assert make is None


def cosine(high, low, part):
    return low + (high - low) * (1 + math.cos(math.pi * part)) / 2


SHARES = {
    # a third of the run is 13 steps
    "step": lambda t: 0.1 ** (t // 13),
    "cosine": lambda t: cosine(1, 0, t / 40),
    # a tenth of the run is 4 steps; Vaswani et al., 2017, section 5.3
    "inverse-square-root": lambda t: min((t + 1) / 4, math.sqrt(4 / (t + 1))),
    # a tenth, too; from 1/32 and back; Howard and Ruder, 2018, section 3.2
    "slanted-triangular": lambda t: (1 + 31 * (t / 4 if t < 4 else 1 - (t - 4) / 36)) / 32,
    "cosine-restarts": lambda t: cosine(1, 0, (t % 14) / 14),
    # five times up and down in 40 steps
    "cyclic": lambda t: 0.1 + 0.9 * (1 - abs(t % 8 - 4) / 4),
    "exponential": lambda t: 0.01 ** (t / 40),
    "factor": lambda t: max(0.9 ** (t // 8), 0.01),
    "linear": lambda t: 1 - t / 40,
    "multi-step": lambda t: 1.0 if t < 20 else 0.1 if t < 30 else 0.01,
    "polynomial": lambda t: (1 - t / 40) ** 2,
    "square-root": lambda t: (t / 8 + 1) ** -0.5,
    "warm-up": lambda t: min(1, (t + 1) / 5),
    "warm-up-cosine": lambda t: (t + 1) / 5 if t < 4 else cosine(1, 0, (t - 4) / 36),
    "warm-up-stable-decay": lambda t: (t + 1) / 5 if t < 4 else 1 - math.sqrt(max(0, t - 32) / 8),
    # three tenths of 41 steps; from 1/25 up, and down to a ten-thousandth of that: fast.ai's and the library's choice
    "one-cycle": lambda t: cosine(1 / 25, 1, t / 11.3) if t < 11.3 else cosine(1, 1 / 250_000, (t - 11.3) / 28.7),
}


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
@pytest.mark.parametrize("schedule", SHARES)
def test_a_schedule_rises_and_falls_where_it_is_said_to(toolkit, schedule):
    settings = TrainingSettings(toolkit=toolkit, schedule=schedule, optimizer=OptimizerSettings(lr=0.5))
    optimizer = make_optimizer(settings.optimizer, toolkit)(parameters())
    moved = make_schedule(settings)(optimizer, Plan(total_steps=40, steps_per_epoch=8))
    for t in range(40):
        assert optimizer.param_groups[0]["lr"] == pytest.approx(0.5 * SHARES[schedule](t)), t
        optimizer.step()
        moved.step()


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
@pytest.mark.parametrize("schedule", [name for name in SCHEDULES if name != "constant"])
def test_each_parameter_group_follows_the_schedule_from_its_own_rate(toolkit, schedule):
    settings = TrainingSettings(toolkit=toolkit, schedule=schedule, optimizer=OptimizerSettings(lr=0.5))
    groups = [{"params": parameters(), "lr": 0.5}, {"params": parameters(), "lr": 0.05}]
    optimizer = make_optimizer(settings.optimizer, toolkit)(groups)
    moved = make_schedule(settings)(optimizer, Plan(total_steps=30, steps_per_epoch=10))
    highest = 0.0
    for _ in range(30):
        head, body = (group["lr"] for group in optimizer.param_groups)
        assert body == pytest.approx(head / 10)
        highest = max(highest, head)
        optimizer.step()
        moved.step()
    assert highest == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
@pytest.mark.parametrize("name", ["sgd", "adam", "adamw", "lion", "schedule-free-adamw"])
def test_biases_and_normalisation_are_left_out_of_the_decay_if_asked(toolkit, name):
    net = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.BatchNorm1d(3))
    settings = OptimizerSettings(name, lr=0.25, weight_decay=0.5, decay_norm_and_bias=False)
    optimizer = make_optimizer(settings, toolkit)(net.parameters())
    decays = {p: group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    assert decays == {p: 0.5 if p is net[0].weight else 0.0 for p in net.parameters()}
    assert all(group["lr"] == 0.25 for group in optimizer.param_groups)
    [group] = make_optimizer(OptimizerSettings(name, weight_decay=0.5), toolkit)(net.parameters()).param_groups
    assert group["weight_decay"] == 0.5


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
def test_the_loss_of_a_classifier_is_the_toolkits_with_its_smoothing(toolkit):
    logits, y = torch.randn(6, 4, dtype=torch.float64), torch.arange(6) % 4
    smooth = 0.7 * torch.nn.functional.one_hot(y, 4) + 0.3 / 4
    loss = make_classification_loss(toolkit, 0.3)
    assert type(loss) is make_toolkit(toolkit).CrossEntropyLoss
    torch.testing.assert_close(loss(logits, y), -(smooth * logits.log_softmax(1)).sum(1).mean())


def test_only_the_library_has_fused_optimisers():
    assert make_optimizer(OptimizerSettings(fused=True), "torch")(parameters()).param_groups[0]["fused"]
    with pytest.raises(ValueError, match=r"optimizer\.fused is True, but only the torch toolkit"):
        make_optimizer(OptimizerSettings(fused=True), "scratch")
    with pytest.raises(ValueError, match=r"optimizer\.fused must be False for rmsprop, got True"):
        make_optimizer(OptimizerSettings("rmsprop", fused=True), "torch")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"lr": 0.0}, "lr must be above 0"),
        ({"lr": -0.5}, "lr must be above 0"),
        ({"name": "rprop", "weight_decay": 0.5}, r"weight_decay must be 0 with rprop, .*, got 0\.5"),
        ({"name": "schedule-free-sgd", "momentum": 0.0}, r"momentum must be above 0 with schedule-free-sgd, got 0\.0"),
        ({"name": "lbfgs"}, "name must be 'sgd', 'adam', .*, got 'lbfgs'"),
    ],
)
def test_hyperparameters_that_an_optimiser_cannot_have(words, message):
    with pytest.raises(ValueError, match=message):
        from_plain(OptimizerSettings, words)


def test_an_average_of_an_average_is_refused():
    with pytest.raises(ValueError, match=r"average must be none with schedule-free-sgd, .* got 'ema'"):
        TrainingSettings(average="ema", optimizer=OptimizerSettings("schedule-free-sgd"))
    assert make_trainer(TrainingSettings(average="ema", ema_decay=0.75)).ema_decay == 0.75
    assert make_trainer(TrainingSettings()).ema_decay is None


def test_another_optimiser_on_the_command_line_has_its_usual_rate_unless_one_is_given():
    defaults = TrainingSettings(optimizer=OptimizerSettings(lr=0.3, momentum=0.8, nesterov=True, weight_decay=0.01))
    assert with_usual(defaults, ["--epochs", "2"]) == defaults
    assert with_usual(defaults, ["--optimizer.name", "sgd"]) == defaults
    assert with_usual(defaults, ["--optimizer.name", "typo"]) == defaults
    muon = with_usual(defaults, ["--optimizer.name", "adam", "--optimizer.name=muon"])
    assert muon.optimizer == OptimizerSettings("muon", lr=0.02, momentum=0.95, weight_decay=0.01)
    free = with_usual(defaults, ["--optimizer.name", "schedule-free-adamw"])
    assert (free.optimizer.lr, free.schedule, defaults.schedule) == (0.005, "constant", "one-cycle")


def test_the_trainer_is_what_the_settings_say(monkeypatch):
    trainer = make_trainer(TrainingSettings(epochs=3, patience=2, clip_norm=1.0, accumulate=2, seed=5))
    assert (trainer.epochs, trainer.clip_norm, trainer.accumulate, trainer.seed) == (3, 1.0, 2, 5)
    assert trainer.early_stopping == EarlyStopping(2)
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(
        ValueError, match=r"compile is True, but there is no C\+\+ compiler no-such-compiler; see: deep"
    ):
        make_trainer(TrainingSettings(compile=True, device="cpu"))
