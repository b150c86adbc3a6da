import pytest

from deepdive.recipes.language.modelling.settings import LanguageModelSettings
from deepdive.recipes.language.modelling.texts import prepared_text, text_for, uses_textbook_split

from ..texts import story


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "story.txt"
    file.write_text(story(), encoding="utf-8")
    return str(file)


def test_of_a_short_text_batches_are_smaller_and_it_is_said(path, capsys):
    data = prepared_text(LanguageModelSettings(data=path))
    windows = data.token_counts["train"] // 32
    assert data.batch_size == max(8, windows // 40) < 1024
    assert capsys.readouterr().err == f"note: {windows:,} windows to learn from, {data.batch_size} of them in a batch\n"
    assert len(data.train_loader()) >= 40
    assert prepared_text(LanguageModelSettings(data=path, batch_size=8)).batch_size == 8


def test_tokens_unlike_those_of_the_training_part_are_told(tmp_path, capsys):
    file = tmp_path / "mixed.txt"
    file.write_text("abcdefgh " * 700 + "abc Ω " * 200, encoding="utf-8")
    prepared_text(LanguageModelSettings(data=str(file), batch_size=8))
    assert "of the test tokens are not in the training part" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "partition", "textbook"),
    [
        ("time-machine", "auto", True),
        ("time-machine", "random", False),
        ("ptb", "auto", False),
        ("x", "textbook", True),
    ],
)
def test_which_windows_are_those_of_the_textbook(data, partition, textbook):
    assert uses_textbook_split(LanguageModelSettings(data=data, partition=partition)) is textbook


@pytest.mark.parametrize("name", ["validation", "test"])
@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_shares_that_cannot_be_are_refused(path, name, share):
    with pytest.raises(ValueError, match=f"{name} must be from 0 up and below 1, got {share}"):
        text_for(LanguageModelSettings(data=path, **{name: share}))
