"""The command that suggests a learning rate."""

import pytest
import torch
from torch import nn

from deepdive.cli import main
from deepdive.recipes import load_recipe
from deepdive.recipes.running.rate_finding import find_rate, growing_rates
from deepdive.recipes.settings import with_preset
from deepdive.training import Plan, Trainer
from deepdive.training.choices.named_optimizers import muon

DATA = ["linear-regression", "--rows", "200", "--batch-size", "20"]


@pytest.fixture(autouse=True)
def plain(without_shape_checks):
    """As on a command line."""


def test_a_rate_below_the_divergence_is_suggested_and_drawn(tmp_path, capsys):
    for suffix, begins in ((".svg", b"<?xml"), (".png", b"\x89PNG")):
        output = tmp_path / f"curve{suffix}"
        assert main(["find-lr", *DATA, "--output", str(output)]) == 0
        assert output.read_bytes().startswith(begins)
    said = capsys.readouterr().out
    suggestion = float(said.split("--optimizer.lr ")[1].split()[0])
    # squared errors of two standardised features: descent diverges from about 1 on
    assert 0.03 < suggestion < 0.6
    assert "▁" in said
    assert "█" in said


def test_nothing_is_kept_and_the_same_is_suggested_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recipe = load_recipe("linear-regression")
    settings = with_preset(recipe.settings_type, {"rows": 200, "batch_size": 20})
    assert find_rate(recipe, settings) == find_rate(recipe, settings)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([*DATA, "--lowest-lr", "1", "--highest-lr", "0.5"], "--highest-lr must be above --lowest-lr=1, got 0.5"),
        ([*DATA, "--test-steps", "3"], "--test-steps must be from 20 to 100000, got 3"),
        ([*DATA, "--output", "curve.gif"], "output must end in .svg or .png, got curve.gif"),
        ([*DATA, "--output", "no/where.svg"], "output is no/where.svg, but there is no folder no"),
        (["ngram-lm"], "RECIPE must be one that trains a network by --optimizer.lr, got ngram-lm"),
        (["landscape"], "RECIPE must be one that trains a network by --optimizer.lr, got landscape"),
        (["optimizers"], "trains a network by --optimizer.lr, got optimizers, which refuses one"),
        ([*DATA, "--lowest-lr", "1e-320"], "--lowest-lr must be from 1e-30 to 1000, got 1e-320"),
        ([*DATA, "--preset", "nonsense"], "recipe 'linear-regression' has no preset 'nonsense'"),
        ([*DATA, "--lowest-lr", "5", "--highest-lr", "900"], "losses must"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(words, message, capsys):
    assert main(["find-lr", *words]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert message in said[-1]


def test_a_file_that_exists_is_kept_unless_forced(tmp_path, capsys):
    output = tmp_path / "curve.svg"
    output.write_text("mine")
    assert main(["find-lr", *DATA, "--output", str(output)]) == 2
    assert "which exists; --force replaces it" in capsys.readouterr().err
    assert output.read_text() == "mine"


def test_without_a_recipe_it_tells_how_it_is_called(capsys):
    assert main(["find-lr"]) == 2
    assert "usage: deepdive find-lr RECIPE" in capsys.readouterr().err


def made(optimizer):
    """What a schedule with the rates 0.01, 0.1, 1 gives each group, step by step."""
    schedule = growing_rates([0.01, 0.1, 1.0], optimizer, Plan(total_steps=3, steps_per_epoch=3))
    rates = []
    for _ in range(4):
        rates.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        schedule.step()
    return rates


def test_groups_have_the_tested_rate_in_the_ratio_that_they_had_and_the_last_one_stays():
    first, second = (nn.Parameter(torch.ones(2)) for _ in range(2))
    optimizer = torch.optim.SGD([{"params": [first], "lr": 0.3}, {"params": [second], "lr": 0.06}], lr=7.0)
    expected = [[0.01, 0.002], [0.1, 0.02], [1.0, 0.2], [1.0, 0.2]]
    for rates, right in zip(made(optimizer), expected, strict=True):
        assert rates == pytest.approx(right)


def test_the_half_of_muon_that_has_another_setting_keeps_its_rate():
    network = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 2))
    optimizer = muon(network.parameters(), network, lr=0.02, adamw_lr=0.004)
    assert [group["muon"] for group in optimizer.param_groups] == [True, False]
    for rates, right in zip(made(optimizer), [[0.01, 0.004], [0.1, 0.004], [1.0, 0.004], [1.0, 0.004]], strict=True):
        assert rates == pytest.approx(right)


@pytest.fixture
def seen(monkeypatch):
    """The trainers and data that sessions are made of."""
    found, session = [], Trainer.session

    def noted(self, task, data, *args, **words):
        found.append((self, data))
        return session(self, task, data, *args, **words)

    monkeypatch.setattr(Trainer, "session", noted)
    return found


def test_the_test_has_no_averages_and_no_early_end(seen):
    recipe = load_recipe("linear-regression")
    words = {"rows": 200, "batch_size": 20, "average": "ema", "patience": 1, "checkpoint_every": 5}
    find_rate(recipe, with_preset(recipe.settings_type, words), steps=60)
    [(trainer, _)] = seen
    assert trainer.ema_decay is trainer.early_stopping is trainer.checkpoint_every is None
    assert (trainer.steps, trainer.log_every) == (60, 1)


def test_own_data_is_learnt_in_the_batches_that_a_run_would_choose(seen, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    flags = ["mlp", "--data", "digits"]
    assert main(["find-lr", *flags, "--test-steps", "30"]) == 0
    assert main(["find-lr", *flags, "--test-steps", "30", "--batch-size", "128"]) == 0
    [(_, chosen), (_, typed)] = seen
    recipe = load_recipe("mlp")
    experiment = recipe.build(with_preset(recipe.settings_type, {**recipe.presets["quick"], "data": "digits"}))
    experiment.left_open = ("batch_size",)
    experiment.prepare()
    assert chosen.batch_size == experiment.settings.batch_size < 128
    assert typed.batch_size == 128
