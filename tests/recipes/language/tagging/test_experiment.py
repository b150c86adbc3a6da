import pytest

from deepdive.recipes.language.tagging.entities import marked
from deepdive.recipes.language.tagging.sources import read_splits, read_texts
from deepdive.recipes.running import runner

from ..texts import run, tagged

pytestmark = pytest.mark.usefixtures("without_shape_checks")
SMALL = {"epochs": 6, "batch_size": 8, "embedding_dim": 16, "hidden_size": 16, "character_features": 8, "dropout": 0.1}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tags")
    (folder / "all.conll").write_text(tagged(), encoding="utf-8")
    return run("tag-sequence", folder / "all.conll", folder, **SMALL, optimizer={"lr": 0.02})


def test_entities_of_test_sentences_are_found(trained):
    assert trained.metrics["test_f1"] > 0.95
    report = (trained.run.folder / "report.html").read_text(encoding="utf-8")
    assert "PER" in report
    assert "Sentences, test set" in report


def test_new_sentences_are_marked(trained):
    [told] = runner.predict(trained.run.folder, ["Ada Smith left London."])
    assert told.answers == ("[Ada Smith PER] left [London LOC] .",)


def test_a_file_like_those_learnt_from_is_read_as_such(trained, tmp_path):
    path = tmp_path / "new.conll"
    path.write_text("Ada\tO\nSmith\tO\nleft\tO\nLondon\tO\n\nAda\tO\nleft\tO\n", encoding="utf-8")
    told = runner.predict(trained.run.folder, [path])
    assert [each.given for each in told] == ["Ada Smith left London", "Ada left"]
    assert told[0].answers == ("[Ada Smith PER] left [London LOC]",)
    path.write_text("Ada\tO\nSmith\tO\nleft\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"new.conll, line 3: .* has one column"):
        runner.predict(trained.run.folder, [path])


@pytest.mark.parametrize(
    "text", ["He took vitamin B-12\n", "Ada left.\nPlan O\nAgain.\n", "O\nB-X\n", "Ada lives in B-town, O\nx y\n"]
)
def test_sentences_that_end_like_a_tag_are_sentences(tmp_path, text):
    path = tmp_path / "new.txt"
    path.write_text(text, encoding="utf-8")
    assert read_texts(path) == text.split("\n")[:-1]


def test_a_folder_has_its_parts_by_name(tmp_path):
    for name, seed in (("train.txt", 0), ("valid.txt", 1), ("test.txt", 2)):
        (tmp_path / name).write_text(tagged(7 + seed, seed), encoding="utf-8")
    splits = read_splits(str(tmp_path))
    assert [len(part) for part in (splits.train, splits.val, splits.test)] == [7, 8, 9]
    (tmp_path / "dev.txt").write_text(tagged(3), encoding="utf-8")
    with pytest.raises(ValueError, match=r"dev\.txt and .*valid\.txt are the same part of the data"):
        read_splits(str(tmp_path))


def test_parts_of_any_usual_spelling_are_told_and_what_is_also_learnt_from_is_counted(tmp_path, capsys):
    for name, n in (("eng.train", 7), ("eng.testa", 3), ("eng.testb", 2)):
        (tmp_path / name).write_text(tagged(n), encoding="utf-8")
    splits = read_splits(str(tmp_path))
    assert [len(part) for part in (splits.train, splits.val, splits.test)] == [7, 3, 2]
    told = capsys.readouterr().err
    assert "note: eng.train is learnt from, eng.testa is validated on, eng.testb is tested on\n" in told
    assert "note: 2 of 2 sentences of the test set are also in the training set\n" in told


def test_what_is_missing_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"data must be wikiann-en, or a file or folder of .*, got 'sunspots'"):
        read_splits("sunspots")
    with pytest.raises(FileNotFoundError, match="there is no data set, file or folder of that name"):
        read_splits(str(tmp_path / "nothing"))
    with pytest.raises(ValueError, match=r"must hold a file to learn from, called train .*; it holds nothing"):
        read_splits(str(tmp_path))
    (tmp_path / "train.txt").write_text("Ada\tB-PER\nSmith\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"train.txt, line 2: .* has one column"):
        read_splits(str(tmp_path))


def test_entities_are_put_in_brackets():
    assert marked(["a", "b", "c"], ["B-X", "B-X", "O"]) == "[a X] [b X] c"
    assert marked(["a", "b", "c"], ["O", "I-X", "I-X"]) == "a [b c X]"
