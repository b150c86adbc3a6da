import pytest

from deepdive.recipes.running import runner

from ..texts import run, story

pytestmark = pytest.mark.usefixtures("without_shape_checks")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    (folder / "story.txt").write_text(story(600), encoding="utf-8")
    changes = {"epochs": 6, "batch_size": 8, "hidden_size": 32, "embedding_dim": 32, "num_layers": 1, "num_steps": 10}
    return run("next-word", folder / "story.txt", folder, **changes, prompt="the time", optimizer={"lr": 0.02})


def test_the_likeliest_words_come_first_with_their_probabilities(trained):
    [told] = runner.predict(trained.run.folder, ["the time"], suggestions=5)
    assert [told] == runner.predict(trained.run.folder, ["the time"]), "five if not said"
    assert told.answers[0] == "traveller"
    assert list(told.scores) == sorted(told.scores, reverse=True)
    assert 0.9 < told.scores[0] <= sum(told.scores) <= 1 + 1e-5
    assert [line.split()[0] for line in list(told.lines())[1:]] == list(told.answers)
    [verbs] = runner.predict(trained.run.folder, ["weena"], suggestions=5)
    assert set(verbs.answers) == {"saw", "feared", "followed", "described", "forgot"}


def test_more_suggestions_than_words_are_refused(trained):
    with pytest.raises(ValueError, match=r"suggestions must be from 1 to \d+, the size of the vocabulary, got 500"):
        runner.predict(trained.run.folder, ["the"], suggestions=500)


def test_the_report_shows_suggestions(trained):
    assert "traveller" in (trained.run.folder / "report.html").read_text(encoding="utf-8")
