"""Exported weights go into a network by ``load_state_dict(load_file(...))``, with all that they need beside them."""

import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

import deepdive
from deepdive import cli
from deepdive.recipes.running.exporting import export, exported, licences
from deepdive.recipes.running.loading import load

pytestmark = pytest.mark.usefixtures("without_shape_checks")


@pytest.mark.parametrize("kind", ["images", "folds", "multi-output", "translation", "text-pairs", "forecast", "edges"])
@pytest.mark.slow
def test_weights_go_back_into_a_network_with_other_ones(run_of, tmp_path, kind):
    model = load(run_of(kind), device="cpu")
    network = exported(model)
    trained = {name: value.clone() for name, value in network.state_dict().items()}
    export(model, tmp_path / "a.safetensors", "safetensors")
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_()
    network.load_state_dict(load_file(tmp_path / "a.safetensors"))
    assert trained.keys() == network.state_dict().keys()
    assert all(torch.equal(value, trained[name]) for name, value in network.state_dict().items())
    export(load(run_of(kind), device="cpu"), tmp_path / "b.safetensors", "safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


def test_the_header_says_what_must_be_known(run_of, tmp_path):
    model = load(run_of("images"), device="cpu")
    export(model, tmp_path / "a.safetensors", "safetensors")
    with safe_open(tmp_path / "a.safetensors", framework="pt") as file:
        facts = file.metadata()
    assert facts.pop("format") == "pt"
    found = {name: json.loads(value) for name, value in facts.items()}
    assert found["labels"] == [str(i) for i in range(10)]
    assert found["preprocessing"] == model.preprocessing
    assert found["recipe"] == "mlp"
    assert found["settings"]["hidden"] == [16]
    assert found["metrics"] == model.metrics
    assert found["deepdive"] == deepdive.__version__
    assert found["licences"]["data"].startswith("digits: ")


def test_tied_weights_are_there_under_both_names(tmp_path):
    from deepdive.recipes.running.exporting import WRITERS

    network = torch.nn.ModuleDict({"a": torch.nn.Linear(3, 3), "b": torch.nn.Linear(3, 3)})
    network["b"].weight = network["a"].weight
    path = tmp_path / "tied.safetensors"
    path.write_bytes(WRITERS["safetensors"](network, {"é\n": "日本"}))
    found = load_file(path)
    assert set(found) == {"a.weight", "a.bias", "b.weight", "b.bias"}
    network.load_state_dict(found)
    with safe_open(path, framework="pt") as file:
        assert file.metadata() == {"format": "pt", "é\n": "日本"}


def test_licences_are_those_of_what_has_a_name():
    found = licences({"data": "fashion-mnist", "weights": "minilm-l6", "other": "sst2"})
    assert found["data"] == "fashion-mnist: MIT"
    assert found["weights"].startswith("minilm-l6: ")
    assert licences({"data": "/my/own.csv", "weights": None}) == {}


def test_the_command_prints_lines_that_load_the_file(run_of, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for kind in ("images", "folds"):
        folder, output = run_of(kind), tmp_path / f"it's {kind}.safetensors"
        assert cli.main(["export", str(folder), "--format", "safetensors", "--output", str(output)]) == 0
        path, blank, *lines = capsys.readouterr().out.splitlines()
        assert (path, blank, len(lines)) == (str(output), "", 3)
        space = {}
        exec("\n".join(lines), space)
        kept, found = load_file(output), space["network"].state_dict()
        assert kept.keys() == found.keys()


def test_an_existing_file_is_replaced_only_by_force(run_of, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    output = tmp_path / "w.safetensors"
    output.write_text("mine")
    words = ["export", str(run_of("regression")), "--output", "w.safetensors"]
    assert cli.main(words) == 2
    assert "output must be a new file, got w.safetensors, which exists; --force replaces it" in capsys.readouterr().err
    assert output.read_text() == "mine"
    assert cli.main([*words, "--force"]) == 0
    assert load_file(output)
    assert [each.name for each in tmp_path.iterdir()] == ["w.safetensors"]
    inside = run_of("regression") / "checkpoints" / "best.safetensors"
    before = inside.read_bytes()
    assert cli.main([*words[:2], "--output", str(inside), "--force"]) == 2
    assert "must lie outside of run folders" in capsys.readouterr().err
    assert inside.read_bytes() == before


@pytest.mark.parametrize("name", ["torch", "onnx", "pickle"])
def test_a_format_that_there_is_not_is_one_line(run_of, capsys, name):
    assert cli.main(["export", str(run_of("regression")), "--format", name]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "--format must be" in err
    assert "safetensors" in err


def test_a_recipe_without_a_network_is_one_line(run_of, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["export", str(run_of("n-grams"))]) == 2
    err = capsys.readouterr().err
    assert err == "deepdive: the recipe ngram-lm learns no network; there are no weights to export\n"
    assert not [*tmp_path.iterdir()]
