import pytest

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset

from ..texts import run, story

pytestmark = pytest.mark.usefixtures("without_shape_checks")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gaps")
    (folder / "story.txt").write_text(story(), encoding="utf-8")
    changes = {"epochs": 8, "batch_size": 16, "hidden_size": 48, "num_steps": 24, "optimizer": {"lr": 0.01}}
    return run("fill-in", folder / "story.txt", folder, **changes)


def test_both_sides_say_more_than_one(trained):
    assert trained.metrics["test_accuracy"] > trained.metrics["test_accuracy_left_alone"] + 0.05


def test_gaps_are_filled(trained):
    [told] = runner.predict(trained.run.folder, ["_he time tra_eller"])
    assert told.answers == ("the time traveller",)


def test_a_text_without_a_gap_is_refused_with_the_reason(trained):
    with pytest.raises(ValueError, match=r"has no gap; .* cannot go on with a text: it needs what is behind"):
        runner.predict(trained.run.folder, ["the time "])


def test_streams_are_refused():
    recipe = load_recipe("fill-in")
    with pytest.raises(
        ValueError,
        match=r"partition must be another one, as what is behind a gap cannot be carried .*, got 'sequential'",
    ):
        recipe.build(with_preset(recipe.settings_type, {"partition": "sequential"}))
