import math

import pytest
import torch

from deepdive import scratch
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings
from deepdive.recipes.training import optimizer_for, schedule_for, toolkit_named, trainer_for
from deepdive.training import EarlyStopping, Plan


def parameters():
    return [torch.nn.Parameter(torch.zeros(2))]


def test_the_toolkits():
    assert toolkit_named("torch") is torch.nn
    assert toolkit_named("scratch") is scratch


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
@pytest.mark.parametrize(("name", "kind"), [("sgd", "SGD"), ("adam", "Adam"), ("adamw", "AdamW")])
def test_the_optimiser_is_the_one_asked_for(toolkit, name, kind):
    settings = OptimizerSettings(name, lr=0.25, momentum=0.5, weight_decay=0.125)
    optimizer = optimizer_for(settings, toolkit)(parameters())
    package = torch.optim if toolkit == "torch" else scratch.optim
    assert type(optimizer) is getattr(package, kind)
    [group] = optimizer.param_groups
    assert (group["lr"], group["weight_decay"]) == (0.25, 0.125)
    assert group.get("momentum", 0.5) == 0.5


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
@pytest.mark.parametrize("name", ["sgd", "adam"])
@pytest.mark.parametrize("schedule", ["constant", "one-cycle", "cosine", "step"])
def test_a_schedule_changes_the_learning_rate_and_nothing_else(toolkit, name, schedule):
    settings = TrainingSettings(toolkit=toolkit, schedule=schedule, optimizer=OptimizerSettings(name, lr=0.5))
    optimizer = optimizer_for(settings.optimizer, toolkit)(parameters())
    before = {key: value for key, value in optimizer.param_groups[0].items() if key in ("momentum", "betas")}
    make = schedule_for(settings)
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
        assert rates[-1] < 0.01
    else:
        assert make is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"lr": -1.0}, r"optimizer\.lr is -1\.0; it must be from 0 up, and finite"),
        ({"lr": math.inf}, r"optimizer\.lr is inf"),
        ({"lr": math.nan}, r"optimizer\.lr is nan"),
        ({"momentum": -1.0}, r"optimizer\.momentum is -1\.0"),
        ({"weight_decay": -1.0}, r"optimizer\.weight_decay is -1\.0"),
        ({"nesterov": True, "momentum": 0.0}, r"optimizer\.nesterov needs a momentum above 0"),
    ],
)
def test_a_setting_out_of_range_is_named(words, message):
    with pytest.raises(ValueError, match=message):
        optimizer_for(OptimizerSettings(**words), "torch")


def test_only_the_library_has_fused_optimisers():
    assert optimizer_for(OptimizerSettings(fused=True), "torch")(parameters()).param_groups[0]["fused"]
    with pytest.raises(ValueError, match=r"optimizer\.fused is True, but only the torch toolkit"):
        optimizer_for(OptimizerSettings(fused=True), "scratch")


def test_the_trainer_is_what_the_settings_say(monkeypatch):
    trainer = trainer_for(TrainingSettings(epochs=3, patience=2, clip_norm=1.0, accumulate=2, seed=5))
    assert (trainer.epochs, trainer.clip_norm, trainer.accumulate, trainer.seed) == (3, 1.0, 2, 5)
    assert trainer.early_stopping == EarlyStopping(2)
    with pytest.raises(ValueError, match="batch_size is 0; it must be at least 1"):
        trainer_for(TrainingSettings(batch_size=0))
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(
        ValueError, match=r"compile is True, but there is no C\+\+ compiler no-such-compiler; see: deep"
    ):
        trainer_for(TrainingSettings(compile=True, device="cpu"))
