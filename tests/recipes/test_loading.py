"""Recipes of files of one's own, and of packages with entry points."""

import sys
from importlib.metadata import EntryPoint

import pytest

from deepdive.recipes import load_recipe, loading, recipes
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.registry import DECLARED

from .declarations import as_before as as_before
from .declarations import declaration

pytestmark = pytest.mark.usefixtures("without_shape_checks")  # a user has none either


def test_a_file_is_a_recipe(tmp_path, monkeypatch):
    (tmp_path / "my.py").write_text(declaration("mine"))
    monkeypatch.chdir(tmp_path)
    found = load_recipe("my.py")
    assert (found.name, found.chapter, found.source) == ("mine", 7, str(tmp_path / "my.py"))
    experiment = found.build(found.settings_type(hidden=3))
    assert isinstance(experiment, Experiment)
    assert experiment.settings.hidden == 3
    assert "mine" not in recipes()
    (tmp_path / "my.py").write_text(declaration("other"))
    assert load_recipe("my.py").name == "other", "a file that has changed counts as it is now"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x = 1\n", r"a recipe file must declare one recipe, got 0 in .*my\.py"),
        (declaration("mine") + declaration("yours"), r"a recipe file must declare one recipe, got 2 in .*my\.py"),
        (declaration("lenet"), r"recipe names must be unique, got 'lenet' for a second time"),
        (
            declaration("mine") + declaration("mine").replace("MineSettings", "OtherSettings"),
            r"recipe names must be unique, got 'mine' for a second time",
        ),
        ("def broken(:\n", r"a recipe file must be Python, got invalid syntax .*line 1.* in .*my\.py"),
        ("x = 1\nraise KeyError('oh')\n", r"^KeyError: 'oh' \(my\.py, line 2\)$"),
        ("import sys\nsys.exit(3)\n", r"^SystemExit: 3 \(my\.py, line 2\)$"),
        (
            declaration("mine").replace(', experiment=":Mine"', ""),
            r"TypeError: recipe\(\) missing .*'experiment' \(my\.py, ",
        ),
        (
            declaration("mine").replace('":Mine"', '":Mine", presets={"quick": {"hiden": 3}}'),
            r"MineSettings has no setting hiden; did you mean 'hidden'\? \(.*my\.py\)",
        ),
    ],
)
def test_a_file_that_is_no_recipe_is_refused(tmp_path, content, message):
    (tmp_path / "my.py").write_text(content)
    with pytest.raises(ValueError, match=message):
        load_recipe(str(tmp_path / "my.py"))
    assert load_recipe("lenet").settings_type.__name__ == "LeNetSettings"


@pytest.mark.parametrize("experiment", [":Nope", ":MineSettings", "math:pi"])
def test_an_experiment_that_is_none_is_named(tmp_path, experiment):
    (tmp_path / "my.py").write_text(declaration("mine").replace('":Mine"', f'"{experiment}"'))
    found = load_recipe(str(tmp_path / "my.py"))
    with pytest.raises(ValueError, match=f"experiment of recipe mine must name an Experiment, got '{experiment}'"):
        found.build(found.settings_type())


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no recipe file .*gone\.py"):
        load_recipe(str(tmp_path / "gone.py"))


THEIRS = ("recipes_that_fail", "recipes_that_leave", "recipes_of_theirs")


def test_a_package_declares_recipes_by_entry_points_and_a_broken_one_costs_no_other(tmp_path, monkeypatch, capsys):
    (tmp_path / "recipes_of_theirs.py").write_text(declaration("theirs"))
    (tmp_path / "recipes_that_fail.py").write_text(declaration("half") + "raise KeyError('oh')\n")
    (tmp_path / "recipes_that_leave.py").write_text("import sys\nsys.exit(3)\n")
    monkeypatch.syspath_prepend(tmp_path)
    points = [EntryPoint(each, each, loading.ENTRY_POINTS) for each in THEIRS]
    monkeypatch.setattr(loading, "entry_points", lambda group: points if group == loading.ENTRY_POINTS else [])
    recipes.cache_clear()
    try:
        listed = recipes()
        assert {"theirs", "lenet"} <= listed.keys()
        assert isinstance(load_recipe("theirs").build(listed["theirs"].settings_type()), Experiment)
        assert "half" not in DECLARED
        assert capsys.readouterr().err == (
            "note: the recipes of recipes_that_fail cannot be loaded: KeyError: 'oh'\n"
            "note: the recipes of recipes_that_leave cannot be loaded: SystemExit: 3\n"
        )
    finally:
        for name in THEIRS:
            sys.modules.pop(name, None)
