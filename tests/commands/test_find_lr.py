"""The command that proposes a learning rate."""

import pytest

from deepdive.cli import main
from deepdive.recipes import load_recipe
from deepdive.recipes.running.rate_finding import find_rate
from deepdive.recipes.settings import with_preset

DATA = ["linear-regression", "--rows", "200", "--batch-size", "20"]


@pytest.fixture(autouse=True)
def plain(without_shape_checks):
    """As on a command line."""


def test_a_rate_below_the_divergence_is_proposed_and_drawn(tmp_path, capsys):
    for suffix, begins in ((".svg", b"<?xml"), (".png", b"\x89PNG")):
        output = tmp_path / f"curve{suffix}"
        assert main(["find-lr", *DATA, "--output", str(output)]) == 0
        assert output.read_bytes().startswith(begins)
    said = capsys.readouterr().out
    proposal = float(said.split("--optimizer.lr ")[1].split()[0])
    # squared errors of two standardised features: descent diverges from about 1 on
    assert 0.03 < proposal < 0.6
    assert "▁" in said
    assert "█" in said


def test_nothing_is_kept_and_the_same_is_proposed_again(tmp_path, monkeypatch):
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
        (["ngram-lm"], "RECIPE must be one that trains a network by a learning rate, got ngram-lm"),
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
