"""A trained run in Python: its network, its labels, predictions for what is in memory; and runs that are none."""

import json
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from PIL import Image

from deepdive.data.images import load_images
from deepdive.data.tables import read_table
from deepdive.data.tables.memory import table_in
from deepdive.recipes.running import runner
from deepdive.recipes.running.loading import load
from deepdive.training.runs.checkpoints import load_checkpoint

from . import made

pytestmark = pytest.mark.usefixtures("without_shape_checks")


def test_the_network_has_the_weights_that_were_tested(run_of):
    folder = run_of("images")
    model = load(folder, device="cpu")
    images = load_images("digits", batch_size=64, validation=model.settings.validation)
    test = images.image_set("test")
    with torch.inference_mode():
        logits = model.network(model.metadata.to_float(test.images))
    accuracy = float((logits.argmax(1) == test.labels).double().mean())
    assert accuracy == pytest.approx(model.metrics["test_accuracy"], abs=1e-6)
    assert model.labels == tuple(map(str, range(10)))
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    [kept] = [line for line in lines if line["kind"] == "epoch" and line["epoch"] == model.epoch]
    assert {name: kept[name] for name in kept if name.startswith("val_")}.items() <= model.metrics.items()
    assert f"<dd>{model.epoch} of " in (folder / "report.html").read_text(encoding="utf-8")
    assert not model.network.training
    kept = load_checkpoint(folder / "checkpoints" / "best.safetensors")["model"]
    assert all(torch.equal(value, kept[name]) for name, value in model.network.state_dict().items())
    assert model.preprocessing["labels"] == list(model.labels)
    assert json.loads(json.dumps(model.preprocessing)) == model.preprocessing
    assert "mlp" in repr(model)


def test_images_in_memory_are_read_as_files_are(run_of, tmp_path):
    model = load(run_of("images"), device="cpu")
    pixels = load_images("digits", batch_size=64).image_set("test").images[:3]
    files = []
    for i, image in enumerate(pixels):
        files.append(tmp_path / f"{i}.png")
        Image.fromarray(image[0].numpy()).save(files[-1])
    expected = [each.probabilities for each in model.predict(files)]
    assert [list(each) for each in expected] == [sorted(each, key=each.get, reverse=True) for each in expected]
    assert all(sum(each.values()) == pytest.approx(1, abs=1e-4) for each in expected)
    array = pixels.numpy()
    for given in (
        pixels,
        array,
        array[:, 0, :, :, None],
        [*array[:, 0]],
        [Image.open(file) for file in files],
        pixels.float() / 255,
        [*array[:, 0].astype(np.int64)],
        [files[0], array[1, 0], pixels[2]],
    ):
        found = model.predict(given)
        assert [each.probabilities for each in found] == expected
    assert [each.given for each in model.predict([files[0], array[1, 0]])] == [str(files[0]), "image 2"]
    assert len(model.predict(array[0, 0])) == len(model.predict(files[0])) == len(model.predict(str(files[0]))) == 1
    assert [each.label for each in model.predict(tmp_path)] == [next(iter(each)) for each in expected]
    assert model.predict([]) == ()
    shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, ".")
    assert [each.probabilities for each in model.predict(tmp_path / "packed.zip")] == expected


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (np.zeros((2, 3, 5, 7, 1)), ValueError, r"image 1 must have the shape .*, got \(2, 3, 5, 7, 1\)"),
        (np.zeros((5, 6, 7)), ValueError, r"image 1 must have the shape .*got \(5, 6, 7\)"),
        ([np.zeros((8, 8)), np.full((8, 8), 1.5)], ValueError, "image 2 must hold floats from 0 to 1, .* 1.5 to 1.5"),
        (np.full((8, 8), np.nan), ValueError, "image 1 must hold floats from 0 to 1"),
        (np.full((8, 8), 256), ValueError, "image 1 must hold integers from 0 to 255"),
        (np.full((8, 8), "x"), TypeError, "image 1 must hold bytes or floats"),
        (np.zeros((0, 8)), ValueError, "image 1 must have the shape"),
        (3, TypeError, "inputs must be images: .*, got int"),
        ([[0.5, 0.5]], TypeError, "inputs must be images: .*, got list"),
        ("gone.png", FileNotFoundError, "no such image: gone.png"),
    ],
)
def test_what_is_no_image_is_refused(run_of, given, error, message):
    with pytest.raises(error, match=message):
        load(run_of("images"), device="cpu").predict(given)


@pytest.mark.parametrize("kind", ["regression", "classes", "folds"])
def test_rows_in_memory_are_read_as_files_are(run_of, tmp_path, kind):
    model, new = load(run_of(kind), device="cpu"), made.frame(7, seed=1)
    new.write_csv(tmp_path / "new.csv")
    expected = model.predict(tmp_path / "new.csv")
    rows = new.to_dicts()
    arrays = {column.name: column.to_numpy() for column in new}
    assert len(model.predict(rows[:1])) == 1
    for given in (new, rows, new.to_dict(as_series=False), [new], [new[:3], new[3:]], arrays):
        found = model.predict(given)
        assert len(found) == 7
        for i, (ours, theirs) in enumerate(zip(found, expected, strict=True), start=1):
            assert ours.beside["Id"] == i
            assert ours.value == (theirs.value if kind != "regression" else pytest.approx(theirs.value, rel=1e-5))
            assert ours.probabilities == pytest.approx(theirs.probabilities, abs=2e-6)
    few = [{name: value for name, value in row.items() if name != "a"} if i == 4 else row for i, row in enumerate(rows)]
    gap = new.with_columns(pl.when(pl.int_range(7) == 4).then(None).otherwise("a").alias("a"))
    assert [each.value for each in model.predict(few)] == [each.value for each in model.predict(gap)]
    [one] = runner.predict(model.run.folder, [tmp_path / "new.csv"], device="cpu")
    assert one.columns[expected[0].target] == [each.value for each in expected]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ([{"a": 1.0}], ValueError, "rows: .*row"),
        (
            {"a": [1.0], "row": [1.0, 2.0], "word": ["z"]},
            ValueError,
            "rows must have columns of one length, got a 1, row 2",
        ),
        ({"a": [], "row": [], "word": []}, ValueError, "rows must have at least one row"),
        ({"a": 3}, TypeError, "a column must be a sequence of values, got 3"),
        (
            [{"a": [1, 2], "row": 1.0, "word": "z"}],
            TypeError,
            r"rows must hold numbers and words, got \[1, 2\] in column 'a'",
        ),
        ([{"a": "much", "row": 1.0, "word": "z"}, {"a": 1.0}], ValueError, "a"),
        (7, TypeError, "inputs must be tables: .*, got int"),
        ("gone.csv", FileNotFoundError, "no such file: gone.csv"),
    ],
)
def test_what_is_no_table_is_refused(run_of, given, error, message):
    with pytest.raises(error, match=message):
        load(run_of("classes"), device="cpu").predict(given)


def test_frames_of_pandas_are_tables_and_series(run_of):
    pd = pytest.importorskip("pandas")
    model, new = load(run_of("classes"), device="cpu"), made.frame(7, seed=1)
    frame = pd.DataFrame(new.to_dict(as_series=False), index=list("abcdefg"))
    assert [each.probabilities for each in model.predict(frame)] == [each.probabilities for each in model.predict(new)]
    frame.loc["c", "a"] = np.nan
    gap = new.with_columns(pl.when(pl.int_range(7) == 2).then(None).otherwise("a").alias("a"))
    assert [each.probabilities for each in model.predict(frame)] == [each.probabilities for each in model.predict(gap)]
    with pytest.raises(ValueError, match="different names, got 'a' twice"):
        model.predict(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    series = load(run_of("forecast"), device="cpu")
    values = [20 + 8 * np.sin(i / 2) for i in range(30)]
    assert series.predict(pd.Series(values))[0].values == series.predict(values)[0].values


def test_folds_have_no_one_network_and_say_so(run_of):
    model = load(run_of("folds"), device="cpu")
    assert list(model.networks) == ["fold1", "fold2"]
    with pytest.raises(ValueError, match=r"has 2 networks, each for inputs prepared in its own way.*\.networks: fold1"):
        _ = model.network
    assert model.labels == ("<i>$", "input", "notes")
    first, *_ = model.predict(made.frame(3, seed=2))
    rows = read_table(table_in(made.frame(3, seed=2)), text=["word"])
    members = [each.outputs(rows, torch.device("cpu"))[0] for each in model._restored[0].members]
    mean = torch.stack(members).mean(0)
    assert first.probabilities == pytest.approx(dict(zip(model.labels, mean.tolist(), strict=True)), abs=1e-6)
    assert first.label == model.labels[int(mean.argmax())]
    assert first.probability == max(first.probabilities.values())


def test_several_targets_stand_side_by_side(run_of):
    model = load(run_of("multi-output"), device="cpu")
    first, *_ = model.predict(made.frame(3, seed=2))
    assert list(first.predicted) == [made.HOSTILE, "kind"]
    assert list(first.probabilities_by_target) == ["kind"]
    assert model.labels == ("<i>$", "input", "notes")
    with pytest.raises(ValueError, match="a row has several predictions"):
        _ = first.value


def test_numbers_in_memory_are_a_series(run_of, tmp_path):
    model = load(run_of("forecast"), device="cpu")
    values = [20 + 8 * np.sin(i / 2) for i in range(30)]
    (tmp_path / "s.csv").write_text("step\n" + "".join(f"{value!r}\n" for value in map(float, values)))
    [expected] = model.predict(tmp_path / "s.csv")
    assert len(expected.values) == 3
    for given in (
        values,
        np.array(values),
        torch.tensor(values, dtype=torch.double),
        pl.Series(values),
        [values],
        {"step": values},
    ):
        [found] = model.predict(given)
        assert found.values == pytest.approx(expected.values)
    assert [len(each.values) for each in model.predict([values, values[:20]], length=5)] == [5, 5]
    with pytest.raises(ValueError, match="series 1: column 'step' has 3 values; a forecast needs the last"):
        model.predict([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="has no value in 1 of 9 rows"):
        model.predict([1.0, 2.0, None, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])


def test_a_string_is_a_text_and_a_path_is_a_file(run_of, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("the film").write_text("the film was fine\nthe film was poor\n")
    model = load(run_of("text-classes"), device="cpu")
    capsys.readouterr()
    assert [each.given for each in model.predict("the film")] == ["the film"]
    assert "'the film' is taken for a text; pathlib.Path(...) would name the file" in capsys.readouterr().err
    assert [each.given for each in model.predict(Path("the film"))] == ["the film was fine", "the film was poor"]
    assert runner.predict(model.run.folder, ["the film"])[0].given == "the film was fine"
    one, other = model.predict(["a fine day", "a dull day"])
    assert one.label in model.labels == ("<b>", "input")
    assert one.probability == max(one.probabilities.values())
    assert len(model.predict(("a day", "a film"))) == 2
    assert str(one.probability)[:4] in json.dumps(other.probabilities | one.probabilities)


def test_pairs_are_tuples(run_of):
    model = load(run_of("text-pairs"), device="cpu")
    one, other = model.predict([("a fine\tday", "a dull\nday"), "a fine day|||a dull day"])
    assert one.parts == ("a fine day", "a dull day")
    assert one.probabilities == other.probabilities
    assert one.value == other.value
    with pytest.raises(ValueError, match="is no pair of texts"):
        model.predict([("one", "two", "three")])


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ([" "], ValueError, "a text is empty"),
        ([()], ValueError, "a text is empty"),
        ([3], TypeError, "inputs must be texts, pairs of texts, or files as pathlib.Path, got int"),
        (None, TypeError, "got NoneType"),
        (Path("gone.txt"), FileNotFoundError, "no such file: gone.txt"),
    ],
)
def test_what_is_no_text_is_refused(run_of, given, error, message):
    with pytest.raises(error, match=message):
        load(run_of("language-model"), device="cpu").predict(given)


def test_tags_have_words_and_entities(run_of):
    [found] = load(run_of("tags"), device="cpu").predict("Ada Smith left London.")
    assert list(found.words) == ["Ada", "Smith", "left", "London", "."]
    assert len(found.tags) == 5
    for each in found.entities:
        assert each.text == " ".join(found.words[each.start : each.stop])


def test_options_are_those_of_the_command(run_of):
    model = load(run_of("language-model"), device="cpu")
    [found] = model.predict("the time", length=5, seed=3)
    assert found == runner.predict(model.run.folder, ["the time"], length=5, seed=3, device="cpu")[0]
    with pytest.raises(
        ValueError, match=r"lenght is 5, but the recipe gru-lm has no such option; did you mean 'length'"
    ):
        model.predict("the time", lenght=5)
    with pytest.raises(ValueError, match="length must be"):
        model.predict("the time", length=-1)


def test_what_is_no_network_is_said(run_of):
    model = load(run_of("n-grams"), device="cpu")
    assert not model.networks
    with pytest.raises(ValueError, match="the recipe ngram-lm learns no network; use predict"):
        _ = model.network
    assert model.predict("the time", length=4)[0].text.startswith("the time")


@pytest.mark.parametrize("kind", ["classes", "multi-output"])
def test_a_class_that_cannot_be_told_is_none_and_is_said(run_of, kind):
    model = load(run_of(kind), device="cpu")
    rows = made.frame(4).to_dicts()
    rows[2]["a"] = 1e308
    found = model.predict(rows)
    assert [each.predicted["kind"] is None for each in found] == [False, False, True, False]
    told = "no class of 'kind' is predicted in 1 row, first row 3: the probabilities are no finite numbers"
    assert told in str(found)
    assert found.to_dicts()[2]["prediction"] in (None, {made.HOSTILE: None, "kind": None})
    assert ",," in found.to_csv() or ",\n" in found.to_csv()
    assert not any("no class" in note for note in model.predict(rows[:2])[0].notes)
