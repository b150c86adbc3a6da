"""Classes of texts of any file or folder, by a bag of words and by a small published encoder."""

import random

import pytest

from deepdive.recipes import load_recipe
from deepdive.recipes.language.classification.bag import BagOfWordsExperiment
from deepdive.recipes.language.classification.networks import EncoderExperiment
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset

from ..bert.published import publish
from ..texts import run

pytestmark = pytest.mark.usefixtures("without_shape_checks")

WORDS = {"good": ("fine", "great", "lovely"), "bad": ("dull", "poor", "awful")}
SMALL = {"epochs": 6, "batch_size": 16}


def reviews(n=200, seed=0):
    draw = random.Random(seed)
    kinds = [*WORDS] * (n // 2)
    return [(f"the film was {draw.choice(WORDS[kind])} and {draw.choice(('long', 'short'))}", kind) for kind in kinds]


@pytest.fixture(scope="module")
def classified(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classify")
    lines = [f"{kind}\t{text}" for text, kind in reviews()]
    (folder / "own.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return run("classify-text", folder / "own.tsv", folder, **SMALL)


def test_a_file_without_a_header_is_learnt_and_new_texts_are_predicted(classified, tmp_path):
    assert classified.metrics["test_accuracy"] > 0.95
    report = (classified.run.folder / "report.html").read_text(encoding="utf-8")
    for words in (
        "Confusion",
        "Rows are true classes, columns predicted ones",
        "Words that count most",
        "lovely",
    ):
        assert words in report
    one, other, none = runner.predict(classified.run.folder, ["the film was LOVELY", "poor and long", "zzz"])
    assert (one.answers[0], other.answers[0]) == ("good", "bad")
    assert sum(one.scores) == pytest.approx(1, abs=1e-4)
    assert none.notes == ("no word of it was in the training texts",)
    (tmp_path / "new.csv").write_text("id,review\n1,a fine film\n2,an awful film\n", encoding="utf-8")
    (tmp_path / "new.txt").write_text("a dull film\na great film\n", encoding="utf-8")
    found = runner.predict(classified.run.folder, [tmp_path / "new.csv", tmp_path / "new.txt"])
    assert [each.answers[0] for each in found] == ["good", "bad", "bad", "good"]


def test_folders_of_texts_are_classes(tmp_path, capsys):
    for i, (text, kind) in enumerate(reviews(80)):
        folder = tmp_path / "films" / ("train" if i < 60 else "test") / kind
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{i}.txt").write_text(f"{text}\nsaid a reader", encoding="utf-8")
    outcome = run("classify-text", tmp_path / "films", tmp_path, **SMALL)
    assert outcome.metrics["test_accuracy"] == 1
    assert "texts of the classes bad, good: 60 train, 20 test" in capsys.readouterr().err
    (tmp_path / "new.txt").write_text("the film was\npoor", encoding="utf-8")
    [found] = runner.predict(outcome.run.folder, [tmp_path / "new.txt"])
    assert found.answers[0] == "bad"


def test_the_same_seed_gives_the_same_weights_and_both_toolkits_begin_alike(classified, tmp_path):
    data = classified.run.settings["data"]
    again = run("classify-text", data, tmp_path, **SMALL)
    assert again.metrics == classified.metrics
    other = run("classify-text", data, tmp_path, toolkit="scratch", **SMALL)
    assert other.metrics["test_loss"] == pytest.approx(classified.metrics["test_loss"], rel=1e-3)


def test_an_encoder_learns_the_same_file(tmp_path):
    words = " ".join((*WORDS["good"], *WORDS["bad"])) + " the film was and long short"
    publish(tmp_path / "encoder", [words] * 3)
    (tmp_path / "own.csv").write_text(
        "\n".join(["review,sentiment", *(f"{text},{kind}" for text, kind in reviews())]), encoding="utf-8"
    )
    small = SMALL | {"max_length": 32, "dropout": 0.0, "layer_lr_decay": 1.0, "optimizer": {"lr": 0.01}}
    outcome = run(
        "classify-text", tmp_path / "own.csv", tmp_path, network="minilm", weights=str(tmp_path / "encoder"), **small
    )
    assert outcome.metrics["test_label_accuracy"] > 0.95
    [found] = runner.predict(outcome.run.folder, ["the film was lovely"])
    assert found.answers[0] == "good"


def test_settings_that_are_not_given_suit_the_network():
    recipe = load_recipe("classify-text")
    bag = recipe.build(with_preset(recipe.settings_type, {}))
    encoder = recipe.build(with_preset(recipe.settings_type, {"network": "minilm"}))
    chosen = recipe.build(with_preset(recipe.settings_type, {"epochs": 2, "optimizer": {"lr": 0.5}}))
    assert (type(bag), type(encoder)) == (BagOfWordsExperiment, EncoderExperiment)
    assert (bag.settings.epochs, bag.settings.optimizer.lr, bag.settings.optimizer.weight_decay) == (None, 0.1, 0.1)
    assert (encoder.settings.epochs, encoder.settings.optimizer.lr) == (4, 3e-4)
    assert (chosen.settings.epochs, chosen.settings.optimizer.lr) == (2, 0.5)


@pytest.mark.parametrize(
    ("content", "words", "message"),
    [
        ("text,label\na,b\nc,b\n", {}, r"training texts have the class 'b'|validation"),
        ("text,label\na,b\nc,d\n", {"label": "lable"}, "has no column 'lable' for the label; did you mean 'label'"),
        ("text\na\nb\n", {}, r"label must name the column of .* as there is one column"),
        ("text,label\na,\nc,d\n", {}, "column 'label' must not be empty"),
    ],
)
def test_files_that_cannot_be_learnt_are_refused(tmp_path, content, words, message):
    (tmp_path / "own.csv").write_text(content * 1, encoding="utf-8")
    recipe = load_recipe("classify-text")
    with pytest.raises(ValueError, match=message):
        recipe.build(with_preset(recipe.settings_type, {"data": str(tmp_path / "own.csv")} | words)).prepare()
