"""Recorded results: how they are written, and that ours are there and reach their targets."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from deepdive.recipes import Target, load_recipe, recipes
from deepdive.recipes.results import read_results, record, results_page
from deepdive.recipes.results.sweep import settings_of
from deepdive.recipes.running.outcome import Outcome
from deepdive.recipes.settings import from_plain, to_plain, with_preset
from deepdive.training import Run

ROOT = Path(__file__).parents[2]
RECORDED = read_results(ROOT / "results")


@pytest.mark.parametrize("name", [name for name, info in recipes().items() if "quick" in info.presets])
def test_every_recipe_has_a_record_that_reaches_its_target(name):
    info, loaded = recipes()[name], load_recipe(name)
    defaults = with_preset(loaded.settings_type, info.presets["quick"])
    found = [r for r in RECORDED if r["recipe"] == name and r["command"] == f"deepdive run {name}"]
    assert found, f"results/{name}.json is missing: deepdive run {name} --record"
    recorded = from_plain(loaded.settings_type, found[0]["settings"])  # a setting that is newer has its default
    if getattr(defaults, "precision", "") == "auto":  # which takes what a processor's record was told
        recorded = replace(recorded, precision="auto")
    assert recorded == defaults, "the defaults have changed since: record it again"


@pytest.mark.parametrize("result", RECORDED, ids=lambda result: result["command"])
def test_a_record_reaches_the_target_that_its_recipe_states_now(result):
    target = recipes()[result["recipe"]].target(result["preset"], result["settings"])
    assert target is not None
    assert target.passed(result["value"])
    assert result["value"] == result["metrics"][target.metric]


def test_the_results_page_is_up_to_date():
    assert (ROOT / "RESULTS.md").read_text(encoding="utf-8") == results_page(RECORDED), "run: make results"


def outcome(tmp_path, settings, preset="quick", accuracy=0.9):
    run = Run.create("mlp", to_plain(settings), preset=preset, root=tmp_path / "runs")
    computed = {"precision": "bf16", "layout": "channels-last"}
    return Outcome(run, {"test_accuracy": accuracy}, Target("test_accuracy", 0.86), 12.34, computed=computed)


def test_a_record_is_named_after_what_was_changed(tmp_path):
    settings_type = load_recipe("mlp").settings_type
    defaults, folder = settings_type(), tmp_path / "results"
    plain = record(outcome(tmp_path, defaults), defaults, defaults, folder)
    assert plain.name == "mlp.json"
    changed = settings_type(toolkit="scratch", batch_size=64, normalize=False, hidden=(64, 32))
    path = record(outcome(tmp_path, changed, "book"), changed, defaults, folder)
    assert path.name == "mlp+toolkit-scratch+batch-size-64+no-normalize+hidden-64-32+preset-book.json"
    content = json.loads(path.read_text())
    assert (
        content["command"]
        == "deepdive run mlp --preset book --toolkit scratch --batch-size 64 --no-normalize --hidden 64 32"
    )
    assert content["value"] == 0.9
    assert content["passed"]
    assert {"torch", "processor", "commit"} <= set(content["environment"])
    assert content["environment"]["precision"] == "bf16"


@pytest.mark.parametrize("device", ["-x", "a | b", "`a` ``b", "it's $x\nand", "d/" * 200])
def test_a_setting_of_any_text_is_typed_again_and_no_markup(tmp_path, device):
    settings_type = load_recipe("mlp").settings_type
    defaults, changed = settings_type(), settings_type(device=device)
    path = record(outcome(tmp_path, changed), changed, defaults, tmp_path / "results")
    content = json.loads(path.read_text())
    assert settings_of(content) == changed
    row = results_page([content]).splitlines()[-1]
    assert len(re.findall(r"(?<!\\)\|", row)) == 10, "nine cells"
    shown = device.replace("\n", " ").replace("|", r"\|")
    assert shown in row or shown.replace("'", "'\"'\"'") in row


def test_without_a_target_there_is_nothing_to_record(tmp_path):
    settings = load_recipe("mlp").settings_type()
    with pytest.raises(ValueError, match="a result is recorded only where a target is stated"):
        record(replace(outcome(tmp_path, settings), target=None), settings, settings, tmp_path)


def test_the_page_shows_a_miss(tmp_path):
    settings = load_recipe("mlp").settings_type()
    record(outcome(tmp_path, settings, accuracy=0.5), settings, settings, tmp_path / "results")
    page = results_page(read_results(tmp_path / "results"))
    assert "| 5.2 | `deepdive run mlp` | test_accuracy | 0.5000 | ≥ 0.86 | MISS |" in page


def test_damaged_and_orphaned_results_are_named(tmp_path):
    (tmp_path / "mlp.json").write_text("{")
    with pytest.raises(ValueError, match=r"mlp\.json is damaged"):
        read_results(tmp_path)
    (tmp_path / "mlp.json").write_text('{"recipe": "gone"}')
    with pytest.raises(ValueError, match=r"mlp\.json is a result of 'gone', but there is no such recipe"):
        read_results(tmp_path)
