import dataclasses
import re

import pytest

from deepdive.data.registry import DATASETS
from deepdive.recipes import Recipe, Target, load_recipe, recipe, recipes
from deepdive.recipes.registry import _described
from deepdive.recipes.settings import to_plain, with_preset


def test_the_recipes_are_in_the_order_of_the_textbook():
    chapters = [tuple(map(int, info.chapter.split("."))) for info in recipes().values()]
    assert chapters == sorted(chapters)
    names = [*recipes()]
    assert names.index("softmax-regression") < names.index("mlp") < names.index("lenet")


@pytest.mark.parametrize("name", recipes())
def test_every_recipe_is_described_whole_and_loads(name):
    info = load_recipe(name)
    assert re.fullmatch(r"\d+(\.\d+)?", info.chapter)
    assert {"smoke", "quick", "book"} == set(info.presets) - set(DATASETS)
    loaded = load_recipe(name)
    assert dataclasses.is_dataclass(loaded.settings_type)
    assert loaded.settings_type.__dataclass_params__.frozen
    for preset, changes in info.presets.items():
        settings = to_plain(with_preset(loaded.settings_type, changes))
        assert info.target(preset, settings), f"no target for preset {preset}"
        assert info.target(preset, settings | {"data": "my/pictures"}) is None


def test_the_description_is_what_the_decorator_says(tmp_path):
    (tmp_path / "made.py").write_text(
        "@recipe('x', chapter='1.2', title='T', data='d', presets={'quick': {'a': {'b': 1}}},\n"
        "        targets=(Target('m', 0.5, when={'a': True}), Target('e', 2.0, higher_is_better=False)))\n"
        "def build(settings: int): ...\n"
    )
    [info] = _described(tmp_path / "made.py", tmp_path)
    assert info == Recipe(
        name="x",
        chapter="1.2",
        title="T",
        data="d",
        targets=(Target("m", 0.5, when={"a": True}), Target("e", 2.0, higher_is_better=False)),
        presets={"quick": {"a": {"b": 1}}},
        module="deepdive.recipes.made",
        function="build",
    )


def test_what_several_recipes_share_is_written_once(tmp_path):
    (tmp_path / "made.py").write_text(
        "_EASY = Target('m', 0.5)\n_PRESETS = {'quick': {'a': 1}}\n"
        "@recipe('x', chapter='1', title='T', data='d', presets=_PRESETS, targets=(_EASY, Target('e', 2.0)))\n"
        "def x(settings: int): ...\n"
        "@recipe('y', chapter='1', title='T', data='d', presets=_PRESETS, targets=(_EASY,))\n"
        "def y(settings: int): ...\n"
    )
    x, y = _described(tmp_path / "made.py", tmp_path)
    assert x.presets == y.presets == {"quick": {"a": 1}}
    assert x.targets == (Target("m", 0.5), Target("e", 2.0))
    assert y.targets == (Target("m", 0.5),)


def test_the_first_target_that_fits_counts():
    info = load_recipe("lenet")
    assert info.target("quick", {"modern": False}).value == 0.85
    assert info.target("quick", {"modern": True}).value == 0.89
    assert info.target("smoke", {"modern": True}).value == 0.5
    assert info.target("book", {"modern": False}).value == 0.87


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


def test_an_unknown_preset_is_refused_where_it_is_written():
    with pytest.raises(
        ValueError, match=r"recipe 'x' has presets \['fast'\]; they must be of smoke, quick, book, or data"
    ):
        recipe("x", chapter="1", title="", data="d", targets=(), presets={"fast": {}})
