"""Settings that are left open: what was taken stands in run, result and report; those that do not count are folded."""

import json

import pytest

from deepdive.recipes.language.classification.classify_text import ClassifyTextSettings
from deepdive.recipes.running.loading import load
from deepdive.recipes.settings import LoopSettings, OptimizerSettings

from . import made

pytestmark = pytest.mark.usefixtures("without_shape_checks")


@pytest.mark.parametrize(
    ("kind", "chosen"),
    [
        ("regression", {"batch_size": 16, "dropout": 0.5, "kind": "regression"}),
        ("classes", {"kind": "classification"}),
        ("images", {"image_size": [8, 8]}),
        ("forecast", {"column": "step"}),
        ("bag-of-words", {"optimizer.lr": 0.1, "optimizer.weight_decay": 0.1}),
    ],
)
def test_what_was_taken_for_an_open_setting_is_told(run_of, kind, chosen):
    folder = run_of(kind)
    run, result = (json.loads((folder / name).read_text(encoding="utf-8")) for name in ("run.json", "result.json"))
    open_ones = {name: value for name, value in chosen.items() if name not in {"batch_size"}}
    assert open_ones.items() <= run["chosen"].items()
    assert result["chosen"] == run["chosen"]
    page = made.page(folder)
    for name, value in open_ones.items():
        words = ", ".join(map(str, value)) if isinstance(value, list) else value
        assert f'<th scope="row">{name}</th><td>auto: {words}</td>' in page
    used = load(folder).run.used_settings
    assert chosen.items() <= used.items()
    assert "auto" not in {used["precision"], used["device"]}
    for name, value in run["chosen"].items():
        outer, _, inner = name.partition(".")
        given = run["settings"][outer][inner] if inner else run["settings"][outer]
        assert given in (None, "auto") != value


def test_few_texts_are_learnt_from_more_often(tmp_path):
    (tmp_path / "own.csv").write_text("".join(["text,label\n", *(f"word{i} a,{i % 2}\n" for i in range(90))]))
    folder = made.begin(tmp_path, "classify-text", data=str(tmp_path / "own.csv"))
    assert load(folder).run.chosen["epochs"] == 20


def test_settings_that_do_not_count_are_named_and_folded(run_of):
    assert OptimizerSettings("adamw").unused() == {"momentum", "nesterov", "adamw_lr"}
    assert OptimizerSettings("sgd").unused() == {"adamw_lr"}
    assert OptimizerSettings("muon").unused() == {"nesterov"}
    assert "ema_decay" in LoopSettings().unused()
    assert "ema_decay" not in LoopSettings(average="ema").unused()
    bag = ClassifyTextSettings(network="bag-of-words").unused()
    assert bag >= {"weights", "max_length", "dropout", "layer_lr_decay", "unfreeze_every", "optimizer.momentum"}
    assert "ema_decay" in bag
    assert not bag & {"max_ngram", "epochs", "network"}
    assert ClassifyTextSettings(network="minilm").unused() >= {"max_ngram", "min_frequency", "max_features"}
    before, _, after = made.page(run_of("bag-of-words")).partition("which do not count with these</summary>")
    assert '<th scope="row">max_length</th>' not in before
    assert '<th scope="row">max_length</th>' in after
    assert '<th scope="row">max_ngram</th>' in before
