import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import pytest
from msgspec import Meta

from deepdive.recipes.settings import (
    OptimizerSettings,
    TrainingSettings,
    from_plain,
    make_paths_absolute,
    to_plain,
    with_preset,
)


@dataclass(frozen=True)
class Example(TrainingSettings):
    hidden: tuple[Annotated[int, Meta(ge=1, le=64)], ...] = (8,)
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.5))


def test_settings_survive_json():
    settings = Example(hidden=(3, 4), clip_norm=1.0, patience=None)
    assert from_plain(Example, json.loads(json.dumps(to_plain(settings)))) == settings


def test_what_is_missing_has_its_default():
    assert from_plain(Example, {"epochs": 2}) == Example(epochs=2)


def test_a_preset_changes_only_what_it_names():
    settings = with_preset(Example, {"epochs": 9, "optimizer": {"lr": 0.25}})
    assert settings == Example(epochs=9, optimizer=OptimizerSettings("adam", lr=0.25))


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ({"epoch": 2}, "Example has no setting epoch; did you mean 'epochs'"),
        ({"optimizer": {"rate": 2}}, r"OptimizerSettings has no setting optimizer\.rate; there are name, lr"),
        ({"epochs": "2"}, "^epochs must be an integer from 1 to 1000000, got '2'"),
        ({"epochs": True}, "^epochs must be an integer from 1 to 1000000, got True"),
        ({"toolkit": "jax"}, "^toolkit must be 'torch' or 'scratch', got 'jax'"),
        ({"hidden": [3, 0]}, r"^hidden must be integers from 1 to 64, got \(3, 0\)"),
        ({"optimizer": {"lr": math.nan}}, r"^optimizer\.lr must be above 0 and at most 1000, got nan"),
        (
            {"optimizer": {"nesterov": True, "momentum": 0.0}},
            r"^optimizer\.momentum must be above 0 with nest",
        ),
        ({"optimizer": 0.1}, "^optimizer must be settings by their names, got 0.1"),
    ],
)
def test_what_does_not_fit_is_named(plain, message):
    with pytest.raises(ValueError, match=message):
        from_plain(Example, plain)


def test_paths_become_absolute_and_names_of_data_sets_do_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "mnist").mkdir()
    (tmp_path / "a.txt").touch()

    @dataclass(frozen=True)
    class Places:
        data: str = "a.txt"
        weights: str | None = None
        test: str = "folder"
        named: str = "mnist"
        gone: str = "gone"

    places = Places()
    make_paths_absolute(places, "data", "weights", "test", "named", "gone")
    assert places == Places(str(tmp_path / "a.txt"), None, str(tmp_path / "folder"), "mnist", "gone")
    places = Places()
    make_paths_absolute(places, "data", "test", where=Path.is_file)
    assert places == Places(str(tmp_path / "a.txt"))
