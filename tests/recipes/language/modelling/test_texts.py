import pytest

from deepdive.recipes.language.modelling.settings import LanguageModelSettings
from deepdive.recipes.language.modelling.texts import text_for, text_notes, uses_d2l_split

from ..texts import story


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "story.txt"
    file.write_text(story(), encoding="utf-8")
    return str(file)


def test_of_a_short_text_batches_are_smaller_and_it_is_said(path):
    settings = LanguageModelSettings(data=path)
    data = text_for(settings)
    windows = data.token_counts["train"] // 32
    assert data.batch_size == max(8, windows // 40) < 1024
    assert list(text_notes(settings, data)) == [
        f"{windows:,} windows to learn from, {data.batch_size} of them in a batch"
    ]
    assert len(data.train_loader()) >= 40
    assert text_for(LanguageModelSettings(data=path, batch_size=8)).batch_size == 8


def test_tokens_unlike_those_of_the_training_part_are_told(tmp_path):
    file = tmp_path / "mixed.txt"
    file.write_text("abcdefgh " * 700 + "abc Ω " * 200, encoding="utf-8")
    settings = LanguageModelSettings(data=str(file), batch_size=8)
    notes = " ".join(text_notes(settings, text_for(settings)))
    assert "of the test tokens are not in the training part" in notes


@pytest.mark.parametrize(
    ("data", "partition", "d2l"),
    [
        ("time-machine", "auto", True),
        ("time-machine", "random", False),
        ("ptb", "auto", False),
        ("x", "d2l", True),
    ],
)
def test_which_windows_are_those_of_d2l(data, partition, d2l):
    assert uses_d2l_split(LanguageModelSettings(data=data, partition=partition)) is d2l


@pytest.mark.parametrize("name", ["validation", "test"])
@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_shares_that_cannot_be_are_refused(path, name, share):
    with pytest.raises(ValueError, match=f"{name} must be from 0 up and below 1, got {share}"):
        text_for(LanguageModelSettings(data=path, **{name: share}))
