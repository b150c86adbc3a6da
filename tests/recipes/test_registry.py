"""Declarations register themselves: those of the library, of a file, and of packages with entry points."""

import dataclasses
import re
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_type_hints

import pytest
from tyro._docstrings import get_field_docstring

from deepdive import recipes as package
from deepdive.data.registry import DATASETS
from deepdive.recipes import Target, load_recipe, recipe, recipes
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.ranges import Checked
from deepdive.recipes.registry import DECLARED
from deepdive.recipes.settings import to_plain, with_preset

from .declarations import as_before as as_before

pytestmark = pytest.mark.usefixtures("without_shape_checks")  # a user has none either
HOME = Path(package.__file__).parent


def test_recipes_are_in_the_order_of_d2l():
    listed = list(recipes().values())
    assert [each.order for each in listed] == sorted(each.order for each in listed)
    names = [*recipes()]
    assert names.index("softmax-regression") < names.index("mlp") < names.index("lenet")
    assert all(each.place.partition(".")[0] == str(each.chapter) for each in listed)


@pytest.mark.parametrize("name", recipes())
def test_every_recipe_has_presets_and_a_target_for_each(name):
    loaded = load_recipe(name)
    assert loaded.name == name
    assert re.fullmatch(r"\d+(\.\d+)?", loaded.place)
    assert {"smoke", "quick", "book"} == set(loaded.presets) - set(DATASETS)
    assert dataclasses.is_dataclass(loaded.settings_type)
    assert loaded.settings_type.__dataclass_params__.frozen
    for preset, changes in loaded.presets.items():
        settings = to_plain(with_preset(loaded.settings_type, changes))
        assert loaded.target(preset, settings), f"no target for preset {preset}"
        assert loaded.target(preset, settings | {"data": "my/images"}) is None


@pytest.mark.parametrize("name", recipes())
def test_every_experiment_loads(name):
    loaded = load_recipe(name)
    assert isinstance(loaded.build(with_preset(loaded.settings_type, loaded.presets["smoke"])), Experiment)


def test_a_recipe_whose_data_choose_the_experiment_builds_either(tmp_path):
    loaded = load_recipe("linear-regression")
    made = [loaded.build(with_preset(loaded.settings_type, {"data": data})) for data in ("synthetic", "california")]
    assert [type(each).__name__ for each in made] == ["SyntheticExperiment", "TableRegression"]


def test_the_catalog_lists_every_declaration():
    declared = {
        ".".join(("deepdive.recipes", *path.relative_to(HOME).with_suffix("").parts))
        for path in HOME.rglob("*.py")
        if re.search(r"^@\w*recipe\(|^@_\w+_model\($", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    }
    listed = re.findall(r"^import (\S+)", (HOME / "catalog.py").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(declared) == listed
    assert {each.settings_type.__module__ for each in recipes().values()} == declared


def test_declarations_are_free_of_torch_and_of_experiments():
    code = (
        "import sys, deepdive.recipes as r\n"
        "loaded = {each.experiment.partition(':')[0] for each in r.recipes().values()} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
        "heavy = {'torch', 'numpy', 'polars', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_first_target_that_fits_counts():
    lenet = load_recipe("lenet")
    assert lenet.target("quick", {"modern": False}).value == 0.85
    assert lenet.target("quick", {"modern": True}).value == 0.89
    assert lenet.target("smoke", {"modern": True}).value == 0.5
    assert lenet.target("book", {"modern": False}).value == 0.87


def test_a_target_judges():
    assert Target("accuracy", 0.9).passed(0.9)
    assert not Target("accuracy", 0.9).passed(0.89)
    assert not Target("accuracy", 0.9).passed(float("nan"))
    assert Target("rmse", 0.5, higher_is_better=False).passed(0.4)
    assert str(Target("rmse", 0.5, higher_is_better=False)) == "rmse ≤ 0.5"


def test_an_unknown_recipe_is_met_with_a_suggestion():
    with pytest.raises(ValueError, match=r"there is no recipe 'lennet'; did you mean 'lenet' "):
        load_recipe("lennet")
    with pytest.raises(
        ValueError, match=r"there is no recipe 'xyz'; there are .*softmax-regression, .*mlp, .* and \d+ more"
    ):
        load_recipe("xyz")


WORDS = {"title": "", "data": "digits", "experiment": ":X"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        *(
            ({"name": name}, r"name of recipe .* must be letters and digits, with dashes between, got ")
            for name in (
                "",
                ".",
                "..",
                "../x",
                "/x",
                "a b",
                "a/b",
                "-x",
                "x-",
                "a\nb",
                "\x1b[31m",
                "é",
                "x.py",
                None,
                3,
            )
        ),
        ({"title": "a\nb"}, r"title of recipe 'x' must be one line of text, got 'a\\nb'"),
        ({"title": None}, "title of recipe 'x' must be one line of text, got None"),
        ({"data": 3}, "data of recipe 'x' must be the name of a data set or a path, got 3"),
        (
            {"experiment": "Mine"},
            "experiment of recipe 'x' must be like 'package.module:Class' or ':Class', got 'Mine'",
        ),
        ({"experiment": ".x:Y z"}, "experiment of recipe 'x' must be like"),
        ({"chapter": "3"}, "chapter of recipe 'x' must be a whole number, got '3'"),
        ({"chapter": True}, "chapter of recipe 'x' must be a whole number, got True"),
        ({"section": "10.1"}, r"section of recipe 'x' must be one of chapter 1, got '10\.1'"),
        ({"section": "1.x"}, r"section of recipe 'x' must be one of chapter 1, got '1\.x'"),
        (
            {"targets": Target("a", 1.0)},
            "targets of recipe 'x' must be a tuple of Target, each with the name of a metric",
        ),
        ({"targets": ("a",)}, "targets of recipe 'x' must be a tuple of Target"),
        ({"targets": None}, "targets of recipe 'x' must be a tuple of Target"),
        (
            {"presets": {"fast": {}}},
            "presets of recipe 'x' must be settings by smoke, quick, book or the name of a data",
        ),
        ({"presets": {"quick": None}}, "presets of recipe 'x' must be settings by"),
        ({"presets": ["quick"]}, "presets of recipe 'x' must be settings by"),
    ],
)
def test_what_is_declared_wrong_is_refused_where_it_is_written(words, message):
    @dataclasses.dataclass(frozen=True)
    class Settings(Checked):
        hidden: int = 8

    with pytest.raises(ValueError, match=message):
        recipe(**{"name": "x", "chapter": 1, **WORDS, **words})(Settings)
    assert "x" not in DECLARED


def test_settings_that_are_no_dataclass_of_their_own_are_refused():
    class Forgotten(load_recipe("lenet").settings_type):
        modern: bool = True

    for wrong in (int, Forgotten, 3):
        with pytest.raises(TypeError, match=r"recipe 'x' must decorate a dataclass below Checked, got "):
            recipe("x", chapter=1, **WORDS)(wrong)
    with pytest.raises(ValueError, match=r"recipe names must be unique, got 'lenet' for a second time, in .*mlp"):
        recipe("lenet", chapter=1, **WORDS)(load_recipe("mlp").settings_type)


def helps(settings_type, prefix=""):
    hints = get_type_hints(settings_type)
    for each in fields(settings_type):
        if is_dataclass(hints[each.name]):
            yield from helps(hints[each.name], f"{prefix}{each.name}.")
        else:
            yield f"{prefix}{each.name}", get_field_docstring(settings_type, each.name, ())


@pytest.mark.parametrize("name", recipes())
def test_every_help_text_stands_alone(name):
    for flag, text in helps(load_recipe(name).settings_type):
        assert len((text or "").split()) >= 2, f"{flag}: {text}"
        assert text.endswith((".", ")")), f"{flag}: {text}"
        assert text.split()[0] not in ("Of", "Within", "Used"), f"{flag}: {text}"


def test_a_title_fits_its_line_of_the_list():
    assert {each.name: each.title for each in recipes().values() if len(each.title) > 38} == {}
