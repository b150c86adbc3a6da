"""What nobody chose follows from data of one's own: it is told once, and kept in the run; what is typed is held to."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from deepdive import cli
from deepdive.recipes import load_recipe
from deepdive.recipes.ranges.flags import left_open, parse_one
from deepdive.recipes.running.few_updates import FewUpdates
from deepdive.recipes.settings import setting_of, with_preset
from deepdive.training import Plan


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Four classes of handwritten digits, 100 each, as files of 28 × 28 pixels."""
    folder = tmp_path_factory.mktemp("own") / "digits"
    digits = load_digits()
    for label in (1, 2, 4, 8):
        (folder / str(label)).mkdir(parents=True)
        for i in np.flatnonzero(digits.target == label)[:100]:
            pixels = (digits.images[i] * 15.9).astype(np.uint8)
            Image.fromarray(pixels).resize((28, 28)).save(folder / str(label) / f"{i}.png")
    return folder


def prepared(name, *words, preset="quick"):
    """The experiment that a command line means, after it has read its data."""
    recipe = load_recipe(name)
    defaults = with_preset(recipe.settings_type, recipe.presets[preset])
    experiment = recipe.build(parse_one(defaults, arguments=words, prog="test"))
    experiment.left_open = left_open(defaults, words)
    experiment.prepare()
    return experiment


def test_a_flag_that_is_typed_is_not_left_open():
    settings = load_recipe("image-folder").settings_type()
    free = left_open(settings, ["--batch_size=256", "--augment.no-flip", "--epochs", "3", "--data", "--optimizer.lr"])
    assert {"steps", "augment.crop", "optimizer.momentum", "validation"} < free
    assert not {"batch_size", "augment.flip", "epochs", "data", "optimizer.lr"} & free


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ([], {"batch_size": 32, "epochs": 20}),  # of 320 training images 10 batches an epoch
        (["--batch-size", "128"], {"batch_size": 128, "epochs": 67}),
        (["--epochs", "5"], {"batch_size": 32, "epochs": 5}),
        (["--batch-size", "128", "--epochs=5"], {"batch_size": 128, "epochs": 5}),
        (["--steps", "7"], {"batch_size": 128, "epochs": 5}),
        (["--accumulate", "4"], {"batch_size": 32, "epochs": 67}),
    ],
)
def test_few_images_get_enough_updates(images, capsys, words, chosen):
    experiment = prepared("lenet", "--data", str(images), *words)
    assert {name: setting_of(experiment.settings, name) for name in chosen} == chosen
    assert experiment.data.train_loader().batch_size == chosen["batch_size"]
    assert experiment.trainer.epochs == chosen["epochs"]
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note: chosen")]
    flags = [f"--{name.replace('_', '-')} {value}" for name, value in chosen.items() if value not in (5, 128)]
    whole = f"note: chosen, as nothing else was asked for: {', '.join(flags)} for 320 training examples"
    assert told == ([whole] if flags else [])


def table_of(rows, place):
    """A file of so many rows, whose target is a sum of two columns."""
    place.write_text("a,b,y\n" + "".join(f"{i % 7},{i * i % 11},{i % 7 + 2 * (i * i % 11)}\n" for i in range(rows)))
    return str(place)


@pytest.mark.parametrize(
    ("name", "rows", "words", "batch_size", "epochs"),
    [
        ("table", 30, [], 32, 200),  # 22 training rows are one batch
        ("table", 120, [], 32, 67),  # 86 training rows: three batches of 32
        ("table", 120, ["--batch-size", "64"], 64, 100),
        ("table", 120, ["--epochs", "3"], 32, 3),
        ("table", 120, ["--steps", "9"], 64, 60),
        ("house-prices", 30, [], 32, 200),  # five folds, each of 24 training rows
        ("linear-regression", 50, [], 32, 100),  # 40 training rows
    ],
)
def test_few_rows_get_enough_updates(tmp_path, capsys, name, rows, words, batch_size, epochs):
    numbers = [] if name == "linear-regression" else ["--kind", "regression"]
    words = ["--data", table_of(rows, tmp_path / "few.csv"), "--target", "y", *numbers, *words]
    experiment = prepared(name, *words)
    assert (experiment.settings.batch_size, experiment.settings.epochs) == (batch_size, epochs)
    assert experiment.trainer.epochs == epochs
    loader = experiment.data.train_loader()
    assert loader.batch_size == batch_size
    assert "--epochs" in words or "--steps" in words or len(loader) * epochs >= 200
    kept = experiment.kept_settings(replace(experiment.settings, batch_size=64, epochs=60))
    suited = {name: value for name, (value, _) in experiment.suited.items()}
    assert (kept.batch_size, kept.epochs) == (suited.get("batch_size", 64), suited.get("epochs", 60))
    assert ("note: chosen" in capsys.readouterr().err) == bool(suited)


@pytest.mark.parametrize(
    ("parts", "words", "message"),
    [
        (("test",), ["--test", "0.2"], r"test must be left out where files are the parts of .*, got 0\.2"),
        (("val", "test"), ["--validation", "0.3"], r"validation must be left out where files are the parts"),
        (("val",), ["--test", "0.5"], r"test must be left out"),
        (("test",), ["--validation", "0.5"], None),
        (("val", "test"), [], None),
    ],
)
def test_rows_that_files_deal_out_are_not_asked_for_otherwise(tmp_path, parts, words, message):
    for part in ("train", *parts):
        table_of(40, tmp_path / f"{part}.csv")
    words = ["--data", str(tmp_path), "--target", "y", "--kind", "regression", *words]
    if message is None:
        assert len(prepared("table", *words).folds[0].val) == (40 if "val" in parts else 20)
        return
    with pytest.raises(ValueError, match=message):
        prepared("table", *words)


@pytest.mark.parametrize(("words", "flip"), [([], False), (["--augment.flip"], True)])
def test_images_of_ones_own_are_mirrored_only_if_so_asked(images, words, flip, capsys):
    experiment = prepared("image-folder", "--data", str(images), "--architecture", "lenet", *words)
    assert experiment.settings.augment.flip is flip
    assert ("no --augment.flip for images of your own" in capsys.readouterr().err) is not flip
    assert experiment.settings.augment.crop == 2


def test_a_size_that_nobody_chose_leaves_most_examples_to_learn_from(images, tmp_path, capsys):
    assert prepared("mlp-dropout", "--data", str(images)).settings.validation == 32
    with pytest.raises(ValueError, match="validation must take at least 0 of 320 examples"):
        prepared("mlp-dropout", "--data", str(images), "--validation", "5000")
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("".join(f"word {i} of us\tmot {i} de nous\n" for i in range(70)))
    small = "--data", str(pairs), "--hidden-size", "8", "--embedding-dim", "4"
    experiment = prepared("seq2seq", *small)
    assert (experiment.settings.test, experiment.settings.validation) == (7, 7)
    assert (len(experiment.data.split.test), len(experiment.data.split.train)) == (7, 56)
    assert "--test 7, --validation 7 for 70 different sentences" in capsys.readouterr().err
    with pytest.raises(ValueError, match="test must take at least 0 of 70 examples"):
        prepared("seq2seq", *small, "--test", "1000")


@pytest.mark.parametrize(
    ("changes", "preset", "steps", "told"),
    [
        ({"data": "mnist"}, "quick", 15, "more --epochs or a --batch-size below 128 give more"),
        ({"epochs": 1, "batch_size": 1}, "quick", 99, "more --epochs give more"),
        ({"steps": 9}, "quick", 9, "more --steps give more"),
        ({"epochs": 1}, "quick", 100, ""),
        ({}, "quick", 15, ""),
        ({}, "smoke", 15, ""),
    ],
)
def test_few_updates_are_told_with_the_flags_that_help(changes, preset, steps, told, capsys):
    recipe = load_recipe("lenet")
    settings = with_preset(recipe.settings_type, {**recipe.presets[preset], **changes})
    FewUpdates(recipe, recipe.build(settings), preset).start(Plan(total_steps=steps, steps_per_epoch=steps))
    said = capsys.readouterr().err
    assert said == (f"note: the weights are updated only {steps} times, which may be too few; {told}\n" if told else "")


def test_training_runs_in_turn_are_counted_one_by_one(capsys):
    recipe = load_recipe("table")
    experiment = recipe.build(recipe.settings_type(epochs=4, folds=5, data="mine.csv"))
    FewUpdates(recipe, experiment, "quick").start(Plan(total_steps=200, steps_per_epoch=10))
    assert "updated only 40 times" in capsys.readouterr().err


@pytest.mark.slow
def test_a_few_hundred_images_are_learnt_as_the_readme_types_it(images, tmp_path, capsys):
    assert cli.main(["run", "lenet", "--data", str(images), "--runs", str(tmp_path)]) == 0
    [folder] = (tmp_path / "lenet").iterdir()
    settings = json.loads((folder / "run.json").read_text())["settings"]
    result = json.loads((folder / "result.json").read_text())
    assert (settings["batch_size"], settings["epochs"]) == (32, 20)
    assert result["metrics"]["test_accuracy"] > 0.95
    out, err = capsys.readouterr()
    notes = [line.removeprefix("note: ") for line in err.splitlines()]
    assert any("4 classes" in note for note in notes)
    assert not {*notes} & {*out.splitlines()}  # each is told once


def test_a_short_series_has_a_window_that_fits(tmp_path):
    months = [f"{2009 + i // 12}-{i % 12 + 1:02d},{20 + 8 * np.sin(np.pi * i / 6):.3f}" for i in range(180)]
    (tmp_path / "sales.csv").write_text("\n".join(["month,sales", *months]))
    words = ("--data", str(tmp_path / "sales.csv"), "--column", "sales")
    experiment = prepared("forecast", *words)
    assert experiment.settings.tau == 45
    assert any("--tau 45 for 180 values" in note for note in experiment.told)
    with pytest.raises(ValueError, match="windows of tau = 132 need at least 133"):
        prepared("forecast", *words, "--tau", "132")
    assert prepared("forecast", *words, "--tau", "24").settings.tau == 24


@pytest.mark.usefixtures("without_shape_checks")
def test_texts_of_ones_own_are_learnt_as_often_as_few_need(tmp_path):
    (tmp_path / "tickets.csv").write_text("".join(["message,queue\n", *(f"word{i} a,{i % 2}\n" for i in range(90))]))
    assert prepared("classify-text", "--data", str(tmp_path / "tickets.csv")).trainer.epochs == 20
    assert prepared("classify-text", "--data", str(tmp_path / "tickets.csv"), "--epochs", "3").trainer.epochs == 3
