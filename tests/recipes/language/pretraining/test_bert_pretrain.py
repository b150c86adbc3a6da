import pytest

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset

from ..texts import run

pytestmark = pytest.mark.usefixtures("without_shape_checks")

SMALL = {"epochs": 30, "batch_size": 16, "max_length": 24, "vocab_size": 80, "hidden_size": 32, "num_layers": 1}
PROMPT = {"prompt": "the sun is [MASK] ."}


def paragraphs(n=150):
    told = ("the sun is hot . we like it .", "the sun is hot . we feel it .")
    return "\n".join(told[i % 2] for i in range(n)) + "\n"


def test_hidden_words_are_guessed_and_gaps_filled(tmp_path):
    (tmp_path / "own.txt").write_text(paragraphs(), encoding="utf-8")
    outcome = run("bert-pretrain", tmp_path / "own.txt", tmp_path, **SMALL, **PROMPT, optimizer={"lr": 0.005})
    assert outcome.metrics["test_masked_accuracy"] > 0.5
    report = (outcome.run.folder / "report.html").read_text(encoding="utf-8")
    assert "Gaps of a sentence" in report
    [told] = runner.predict(outcome.run.folder, ["the [MASK] is [MASK] ."])
    assert told.answers[0] == "the sun is hot."
    assert list(told.scores) == sorted(told.scores, reverse=True)
    with pytest.raises(ValueError, match=r"has no \[MASK\], so that there is nothing to fill in"):
        runner.predict(outcome.run.folder, ["the sun is hot ."])
    with pytest.raises(ValueError, match="tokens, but the network reads 22"):
        runner.predict(outcome.run.folder, ["[MASK] " + "sun " * 30])


@pytest.mark.parametrize(
    ("data", "changes", "error", "words"),
    [
        ("sick", {}, ValueError, "data is 'sick', which is no text; these are: time-machine"),
        ("none.txt", {}, FileNotFoundError, "there is no text, file or folder of that name"),
        ("own", {"max_characters": 0}, ValueError, "max_characters must be from 1 to 100000000 or None, got 0"),
        ("own", {"max_length": 4}, ValueError, "max_length must be from 5 to 100000, got 4"),
    ],
)
def test_what_is_missing_or_wrong_is_told(tmp_path, data, changes, error, words):
    (tmp_path / "own.txt").write_text(paragraphs(), encoding="utf-8")
    recipe = load_recipe("bert-pretrain")
    source = str(tmp_path / "own.txt") if data == "own" else data
    with pytest.raises(error, match=words):
        recipe.build(with_preset(recipe.settings_type, SMALL | {"data": source} | changes)).prepare()
