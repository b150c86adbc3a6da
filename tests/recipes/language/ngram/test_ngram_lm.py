"""The recipe `ngram-lm` on a text of one's own."""

import pytest
import torch

from deepdive.algorithms.language import KneserNey, NGramModel
from deepdive.data import TextEncoder
from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset

WORDS = ("the time machine was gone and the white sphinx stood upon its pedestal as the moon rose").split()


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("texts") / "book.txt"
    order = torch.randint(len(WORDS), (3000,), generator=torch.Generator().manual_seed(0))
    path.write_text(" ".join(WORDS[i] for i in order))
    return path


def start(path, root, **changes):
    recipe = load_recipe("ngram-lm")
    settings = with_preset(recipe.settings_type, {"data": str(path), "max_order": 4, "prompt": "the moon"} | changes)
    return runner.start(recipe, settings, preset="quick", root=root, console=False)


@pytest.fixture(scope="module")
def finished(book, tmp_path_factory):
    return start(book, tmp_path_factory.mktemp("runs"))


def test_the_best_of_the_validation_part_is_tested(finished, book):
    metrics = finished.metrics
    order = int(metrics["chosen_order"])
    assert order >= 3
    encoder = TextEncoder.from_json(finished.run.read_json("inputs.json")["metadata"]["encoder"])
    ids = encoder.encode(book.read_text())
    test, val = round(0.1 * len(ids)), round(0.1 * len(ids))
    train = ids[: len(ids) - val - test]
    model = NGramModel(train, order, len(encoder), KneserNey())
    assert metrics["test_kneser_ney_perplexity"] == pytest.approx(model.perplexity(ids[-test:]))
    assert metrics["test_perplexity"] == min(metrics[f"test_{s}_perplexity"] for s in ("laplace", "kneser_ney"))
    assert metrics["test_perplexity"] < metrics["test_add_one_perplexity"]


def test_the_report_has_the_table_samples_and_frequencies(finished):
    report = (finished.run.folder / "report.html").read_text()
    for words in ("kneser-ney, test", "different n-grams", "--- order 3", "exponent", "unigrams"):
        assert words in report


def test_a_text_is_continued(finished):
    [found] = runner.predict(finished.run.folder, ["the mo"], length=30, top_k=1)
    assert found.answers[0].startswith("the mo")
    assert len(found.answers[0]) == 36
    assert set(found.answers[0].split()[1:-1]) <= set(WORDS)
    [several] = runner.predict(finished.run.folder, ["the mo"], samples=3, seed=1, length=20)
    [again] = runner.predict(finished.run.folder, ["the mo"], samples=3, seed=1, length=20)
    assert several.answers == again.answers
    assert len(set(several.answers)) == 3
    with pytest.raises(ValueError, match="holds no token that the network has learnt"):
        runner.predict(finished.run.folder, ["ÄÖÜ"])


def test_words_will_do(book, tmp_path):
    found = start(book, tmp_path, tokens="words", max_order=2)
    assert found.metrics["test_perplexity"] == pytest.approx(len(WORDS), rel=0.25)  # words drawn at random
    assert found.metrics["chosen_order"] == 1


def test_a_damaged_run_is_named(book, tmp_path):
    run = start(book, tmp_path, max_order=1).run
    run.write_json("model.json", {"order": 1, "smoothing": "none"})
    with pytest.raises(ValueError, match="is damaged"):
        runner.predict(run.folder, ["the"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_order": 0}, "max_order must be from 1 to 100, got 0"),
        ({"validation": 0.0}, "validation must be above 0 and below 1, got 0.0"),
        ({"epsilon": 0.0}, "epsilon must be above 0 and at most 1000000, got 0.0"),
        ({"data": "moby-dock"}, "did you mean 'moby-dick'"),
    ],
)
def test_bad_settings_are_named_before_a_folder_is_made(book, tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        start(book, tmp_path, **changes)
    assert not list(tmp_path.iterdir())
