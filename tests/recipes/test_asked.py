"""Every setting of a recipe is asked for in a run from its beginning to its report: a flag that is not does nothing.

What `test_reaching` leaves out, as only a fit or a report asks for it, or as it needs more than is made there, is seen
here; that it also changes something is for the tests of each recipe.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, make_dataclass
from typing import Any

import pytest
from tests.commands.fuzz.recipes import FOLDER, make_data, words_of

from deepdive.recipes import load_recipe, recipes
from deepdive.recipes.ranges import Checked
from deepdive.recipes.ranges.flags import parse_one
from deepdive.recipes.settings import to_plain, with_preset
from deepdive.training import Run
from deepdive.training.listeners import MetricsFile

from .test_reaching import ELSEWHERE, FITTED, OF_OTHERS, READERS

SECOND = {
    "linear-regression": f"--data {FOLDER}/table.csv --target price",
    "forecast": "--network mlp",
    "optimizers": "--tasks characters",
    "fine-tune": "--from-scratch",
    "image-folder": f"--test {FOLDER}/images/reddish",
}
"""What more is typed in a second run, where one cannot ask for everything."""
LATER = {
    "forecast": {"ahead"},  # in predictions
    "design-space": {"schedule"},  # in the process that trains a network
}

pytestmark = pytest.mark.usefixtures("without_shape_checks")


def watched(settings: Checked, asked: set[str], prefix: str = "") -> Checked:
    """The same settings, which note in ``asked`` what of them is read."""
    kind = type(settings)
    names = {field.name for field in fields(settings)}

    def read(self: Any, name: str) -> Any:
        if name in names:
            asked.add(prefix + name)
        return kind.__getattribute__(self, name)

    for name in names:
        if is_dataclass(inner := getattr(settings, name)):
            object.__setattr__(settings, name, watched(inner, asked, f"{prefix}{name}."))
    object.__setattr__(settings, "__class__", type(kind.__name__, (kind,), {"__getattribute__": read}))
    return settings


def names_of(settings: Any, prefix: str = "") -> Iterator[str]:
    for field in fields(settings):
        value = getattr(settings, field.name)
        yield from names_of(value, f"{prefix}{field.name}.") if is_dataclass(value) else [prefix + field.name]


def unasked(name: str, settings: Any, folder: Any) -> set[str]:
    """The settings that nobody asks for in a run."""
    plain, names, asked = to_plain(settings), set(names_of(settings)), set[str]()
    watched(settings, asked)
    asked.clear()
    experiment = load_recipe(name).build(settings)
    experiment.prepare()
    run = Run.create(name, plain, root=folder)
    experiment.fit(run, [MetricsFile(run.metrics_file)], resume=False)
    experiment.sections(run)
    return names - asked


def test_what_is_not_asked_for_is_found():
    inner = make_dataclass("Inner", [("lr", float, 0.5)], bases=(Checked,), frozen=True)
    outer = make_dataclass("Outer", [("width", int, 3), ("depth", int, 2)], bases=(Checked,), frozen=True)
    both = make_dataclass("Both", [("a", inner, inner()), ("b", outer, outer())], bases=(Checked,), frozen=True)
    settings, asked = both(), set()
    watched(settings, asked)
    asked.clear()
    assert settings.b.width == 3
    assert asked == {"b", "b.width"}
    assert isinstance(settings, both)


def test_a_setting_that_reaches_nothing_is_found(tmp_path):
    kind = load_recipe("edge-kernel").settings_type
    batches = make_dataclass("Batches", [("batch_size", int, 2)], bases=(kind,), frozen=True)
    settings = batches(epochs=1)
    assert {"batch_size"} <= unasked("edge-kernel", settings, tmp_path) <= {"batch_size", *settings.unused()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    make_data(folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in recipes() if name in ELSEWHERE or name in FITTED])
def test_every_setting_is_asked_for(name, folder, tmp_path):
    recipe = load_recipe(name)
    known = {field.name for field in fields(recipe.settings_type)}
    changes = {"optimizer": {"name": "sgd", "momentum": 0.9}, "augment": {"rotation": 5.0}}
    if name == "optimizers":  # whose optimisers are those that it compares
        del changes["optimizer"]
    presets = recipe.presets["quick"] | {key: value for key, value in changes.items() if key in known}
    words, more = words_of(name, folder), SECOND.get(name, "").replace(FOLDER, str(folder)).split()
    left = READERS | OF_OTHERS | LATER.get(name, set())
    found = [
        unasked(name, parse_one(with_preset(recipe.settings_type, presets), arguments=typed, prog="run"), tmp_path)
        for typed in ([words, [*words, *more]] if more else [words])
    ]
    assert sorted(set.intersection(*found) - left) == []
