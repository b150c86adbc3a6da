import zipfile
from pathlib import Path

import pytest

from deepdive.recipes import load_recipe
from deepdive.recipes.language.translation.experiment import _spread
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.training.listeners import MetricsFile

from ..texts import pairs, run

pytestmark = pytest.mark.usefixtures("without_shape_checks")
SMALL = {
    "epochs": 30, "batch_size": 8, "embedding_dim": 24, "hidden_size": 32, "test": 8, "validation": 6,
    "min_frequency": 1, "optimizer": {"lr": 0.01}, "dropout": 0.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("pairs") / "pairs.tsv"
    path.write_text("".join(f"{a}\t{b}\n" for a, b in pairs()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    return run("seq2seq", data, tmp_path_factory.mktemp("runs"), **SMALL)


def test_test_sentences_are_translated(trained, capsys):
    assert trained.metrics["test_bleu"] > 80
    rows = (trained.run.folder / "translations.tsv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "sentence\ttranslation\treference"
    assert len(rows) == 1 + 8
    assert "Translations of test sentences" in (trained.run.folder / "report.html").read_text(encoding="utf-8")


def assert_predicts_what_it_was_tested_on(outcome):
    """What reads a sentence for a prediction must read it as it was read in training, and search as in the test."""
    lines = (outcome.run.folder / "translations.tsv").read_text(encoding="utf-8").splitlines()[1:]
    english, french, _ = zip(*(line.split("\t") for line in lines), strict=True)
    assert [told.answers[0] for told in runner.predict(outcome.run.folder, english)] == list(french)


def test_new_sentences_are_translated(trained):
    assert_predicts_what_it_was_tested_on(trained)
    english, french = pairs()[17]
    [told] = runner.predict(trained.run.folder, [english])
    assert told.answers == (french,)
    [several] = runner.predict(trained.run.folder, [english], n_best=3, num_beams=6)
    assert several.answers[0] == french
    assert len(set(several.answers)) == 3
    assert list(several.scores) == sorted(several.scores, reverse=True)


def test_sentences_of_a_compressed_file_are_translated(trained, tmp_path):
    english, french = pairs()[17]
    path = tmp_path / "new.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("eng.txt", f"{english}\t?\n")
    [told] = runner.predict(trained.run.folder, [path])
    assert told.answers == (french,)


def test_words_never_seen_are_told(trained):
    [told] = runner.predict(trained.run.folder, ["i see zebras now."])
    assert told.notes == ("never seen in training: 'zebras'",)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_beams": 2, "n_best": 3}, "n_best must be from 1 to num_beams, 2, got 3"),
        ({"length_penalty": -1.0}, "length_penalty must be from 0 to 1000000 or None, got -1.0"),
        ({"temperature": 1.0}, "temperature is 1.0, but the recipe seq2seq has no such option; there are num_beams"),
    ],
)
def test_options_out_of_range_are_refused(trained, options, message):
    with pytest.raises(ValueError, match=message):
        runner.predict(trained.run.folder, ["i eat."], **options)


def test_an_unbalanced_line_is_told_with_its_number(tmp_path):
    path = tmp_path / "bad.tsv"
    path.write_text("go.\tva.\nhello there\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad.tsv:2: row must have 2 fields as the first row, got 1"):
        run("seq2seq", path, tmp_path, **SMALL)


def test_a_data_set_without_pairs_is_refused(tmp_path):
    with pytest.raises(ValueError, match="data must be fra-eng, or a file of sentence pairs, got 'wikiann-en'"):
        run("seq2seq", "wikiann-en", tmp_path, **SMALL)


@pytest.fixture(scope="module")
def attending(data, tmp_path_factory):
    return run("bahdanau", data, tmp_path_factory.mktemp("runs"), **SMALL | {"attention_size": 16})


def test_a_network_with_attention_translates_and_shows_its_attention(attending, tmp_path):
    assert attending.metrics["test_bleu"] > 80
    folder = attending.run.folder
    assert (folder / "attention.png").read_bytes().startswith(b"\x89PNG")
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "<h2>Attention</h2>" in report
    english, french = pairs()[17]
    for name in ("maps.png", "maps.svg"):
        [told] = runner.predict(folder, [english], image=tmp_path / name)
        assert told.answers == (french,)
    svg = (tmp_path / "maps.svg").read_text(encoding="utf-8")
    for token in (*english[:-1].split(), *french[:-1].split()):
        assert f">{token}<" in svg
    with pytest.raises(ValueError, match=r"image is maps.gif; its name must end with .png or .svg"):
        runner.predict(folder, [english], image=Path("maps.gif"))


def test_a_network_without_attention_has_nothing_to_show(trained, tmp_path):
    assert "<h2>Attention</h2>" not in (trained.run.folder / "report.html").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="but a Seq2Seq has no attention to draw"):
        runner.predict(trained.run.folder, ["i eat."], image=tmp_path / "maps.png")
    assert not list(tmp_path.iterdir())


class Killed(BaseException):
    pass


def test_a_killed_run_with_attention_goes_on_bit_for_bit(data, tmp_path, monkeypatch):
    changes = SMALL | {"attention_size": 16, "epochs": 3, "dropout": 0.2}
    whole = run("bahdanau", data, tmp_path / "whole", **changes)
    original, written = MetricsFile.record, 0

    def record(self, one):
        nonlocal written
        if written == 3:
            raise Killed
        written += 1
        original(self, one)

    monkeypatch.setattr(MetricsFile, "record", record)
    with pytest.raises(Killed):
        run("bahdanau", data, tmp_path / "killed", **changes)
    monkeypatch.undo()
    [folder] = (tmp_path / "killed" / "runs" / "bahdanau").iterdir()
    assert runner.resume(folder, console=False).metrics == whole.metrics
    assert (folder / "metrics.jsonl").read_bytes() == whole.run.metrics_file.read_bytes()


@pytest.mark.parametrize("changes", [{"scheduled_sampling": 0.3}, {"reverse_source": True}, {"toolkit": "scratch"}])
def test_other_ways_to_learn(data, changes, tmp_path):
    outcome = run("seq2seq", data, tmp_path, **SMALL | {"cell": "LSTM"} | changes)
    assert outcome.metrics["test_bleu"] > 50
    assert_predicts_what_it_was_tested_on(outcome)


@pytest.mark.parametrize("recipe", ["seq2seq", "bahdanau", "transformer"])
def test_every_layer_is_one_of_the_toolkit(recipe, data):
    chosen = load_recipe(recipe)
    changes = {"data": str(data), "toolkit": "scratch", "test": 8, "validation": 6, "min_frequency": 1}
    experiment = chosen.build(with_preset(chosen.settings_type, changes))
    experiment.prepare()
    leaves = [layer for layer in experiment.task.network.modules() if not [*layer.children()]]
    assert {type(layer).__module__.split(".")[0] for layer in leaves} == {"deepdive"}


def test_what_is_shown_of_many_is_spread_over_all_in_their_order():
    assert _spread([*range(10)], 4) == [0, 3, 6, 9]
    assert _spread([5, 6], 4) == [5, 6]


def test_quotes_in_a_file_of_sentences_are_part_of_them(trained, tmp_path):
    path = tmp_path / "quoted.tsv"
    path.write_text('"a red cat\tx\n"a" big\ty\n', encoding="utf-8")
    assert [each.given for each in runner.predict(trained.run.folder, [path])] == ['"a red cat', '"a" big']
