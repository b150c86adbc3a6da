import csv
import json
import shutil

import numpy as np
import polars as pl
import pytest
import torch

from deepdive.recipes import load_recipe
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.training import RunError

from .conftest import houses, settings_for, start


def predicted(folder, *files, **options):
    return runner.predict(folder, list(files), **options)


def test_it_is_an_experiment_and_prepares_both_toolkits_alike(table):
    found = []
    for toolkit in ("torch", "scratch"):
        experiment = load_recipe("house-prices").build(settings_for(table, toolkit=toolkit))
        assert isinstance(experiment, Experiment)
        experiment.prepare()
        found.append(experiment.task.network.state_dict())
    assert found[0].keys() == found[1].keys()
    assert all(torch.equal(found[0][key], found[1][key]) for key in found[0])


def test_what_can_be_done_about_a_target_is_true(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("x,y\n" + "".join(f"{i / 7:.3f},{'none' if i % 3 == 0 else i % 3}\n" for i in range(60)))
    with pytest.raises(ValueError, match=r"column 'y' mixes .* or set --kind classification$"):
        load_recipe("table").build(settings_for(path, "table", target="y", ignore=[])).prepare()
    experiment = load_recipe("table").build(settings_for(path, "table", target="y", ignore=[], kind="classification"))
    experiment.prepare()
    assert experiment.data.labels == ("1", "2", "none")
    with pytest.raises(
        ValueError, match=r"column 'y' mixes .* write NA for a missing value, or predict another: --target$"
    ):
        load_recipe("linear-regression").build(
            with_preset(load_recipe("linear-regression").settings_type, {"data": str(path), "target": "y"})
        ).prepare()
    with pytest.raises(
        ValueError, match=r"column 'y' mixes .* leave it out: --ignore y, or declare it: --categorical y$"
    ):
        load_recipe("table").build(settings_for(path, "table", target="x", ignore=[])).prepare()


def test_new_rows_may_hold_anything_in_columns_that_were_not_learnt_from(whole, tmp_path):
    new = houses(9, seed=1)
    new.write_csv(tmp_path / "a.csv", null_value="NA")
    odd = new.with_columns(
        pl.Series("price", ["?", "1", "2", "x", "inf", "4", "5", "6", "7"]),
        pl.Series("note", ["1", "2", "3", "4", "5", "6", "7", "8", "to come"]),
    )
    odd.write_csv(tmp_path / "b.csv", null_value="NA")
    plain, with_odd = predicted(whole.run.folder, tmp_path / "a.csv", tmp_path / "b.csv")
    assert plain.columns["price"] == with_odd.columns["price"]


def test_the_error_is_that_of_the_test_rows(whole):
    rows = pl.read_csv(whole.run.folder / "test-rows.csv")
    assert rows["Id"].to_list() == list(range(1, 121)), "every row is held out once"
    errors = np.log1p(rows["predicted"].to_numpy()) - np.log1p(rows["true"].to_numpy())
    assert whole.metrics["test_log_rmse"] == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-3)


@pytest.mark.slow
def test_a_fold_is_the_same_whatever_its_test_rows_hold(table, tmp_path):
    """Training sees nothing of the rows that are tested on: neither in the transform nor in the weights."""
    experiment = load_recipe("house-prices").build(settings_for(table, folds=3))
    experiment.prepare()
    held = set(experiment.folds[0].test.tolist())
    frame = houses()
    spoiled = frame.with_columns(
        *[
            pl.Series(name, [1e7 if i in held else value for i, value in enumerate(frame[name])], strict=False)
            for name in ("area", "quality", "price")
        ],
        pl.Series("quarter", ["mars" if i in held else value for i, value in enumerate(frame["quarter"])]),
    )
    spoiled.write_csv(tmp_path / "spoiled.csv", null_value="NA")
    folders = [
        start(path, tmp_path / name, folds=3).run.folder
        for path, name in ((table, "a"), (tmp_path / "spoiled.csv", "b"))
    ]
    inputs = [json.loads((folder / "inputs.json").read_text())["metadata"]["folds"][0] for folder in folders]
    assert inputs[0] == inputs[1]
    from safetensors.torch import load_file

    ours, theirs = (load_file(folder / "checkpoints" / "fold1" / "best.safetensors") for folder in folders)
    assert all(torch.equal(ours[key], theirs[key]) for key in ours if key.startswith("model."))


def test_predictions_are_the_mean_of_the_folds_and_name_the_rows(whole, tmp_path):
    houses(40, seed=1).drop("price").write_csv(tmp_path / "new.csv", null_value="NA")
    [prediction] = predicted(whole.run.folder, tmp_path / "new.csv")
    assert list(prediction.columns) == ["Id", "price"]
    assert list(prediction.columns["Id"]) == list(range(1, 41))
    single = []
    for k in (1, 2, 3):
        folder = tmp_path / f"only{k}"
        shutil.copytree(whole.run.folder, folder)
        for other in {1, 2, 3} - {k}:
            shutil.rmtree(folder / "checkpoints" / f"fold{other}")
        [one] = predicted(folder, tmp_path / "new.csv")
        assert "only 1 of 3 folds are trained yet" in one.notes
        single.append(np.log1p(list(one.columns["price"])))
    assert list(prediction.columns["price"]) == pytest.approx(np.expm1(np.mean(single, axis=0)), rel=1e-5)


def test_one_row_is_predicted_as_among_many_and_columns_may_come_in_any_order(whole, tmp_path):
    new = houses(10, seed=2)
    new.write_csv(tmp_path / "many.csv", null_value="NA")
    new[4:5].select(reversed(new.columns)).write_csv(tmp_path / "one.csv", null_value="NA")
    many, one = predicted(whole.run.folder, tmp_path / "many.csv", tmp_path / "one.csv")
    assert one.columns["price"][0] == pytest.approx(many.columns["price"][4], rel=1e-5)


def test_what_the_network_does_not_know_is_noted(whole, tmp_path):
    (tmp_path / "new.csv").write_text("Id,area,quality,quarter\n1,100,5,west\n2,NA,5,NA\n")
    [prediction] = predicted(whole.run.folder, tmp_path / "new.csv")
    assert prediction.notes == (
        "quarter: 1 row of categories unknown in training: 'west'",
        "missing numbers taken as the mean: area in 1 row",
    )
    assert all(np.isfinite(list(prediction.columns["price"])))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Id,area,quality\n1,100,5\n", r"new\.csv: the table has no column 'quarter'"),
        ("Id,area,quality,quarter\n1,big,5,north\n", r"new\.csv: column 'area' must hold numbers.*'big'"),
        ("", "new.csv is empty"),
    ],
)
def test_a_file_that_does_not_fit_is_named(whole, tmp_path, content, message):
    (tmp_path / "new.csv").write_text(content)
    with pytest.raises(ValueError, match=message):
        predicted(whole.run.folder, tmp_path / "new.csv")


def test_shades_are_not_for_tables(whole, table):
    with pytest.raises(ValueError, match="invert is 'yes', but the recipe house-prices has no such option"):
        predicted(whole.run.folder, table, invert="yes")


def test_the_report_shows_folds_and_errors(whole):
    page = (whole.run.folder / "report.html").read_text()
    for title in ("Learning curves", "Folds", "Test rows", "Columns", "Network"):
        assert f"<h2>{title}</h2>" in page
    assert "price, true" not in page, "the figure is an image"
    assert "epoch, 3 folds" in page


def test_without_folds_a_part_is_held_out(table, tmp_path):
    outcome = start(table, tmp_path, "table", epochs=3)
    rows = list(csv.DictReader((outcome.run.folder / "test-rows.csv").read_text().splitlines()))
    assert len(rows) == 24
    assert {"train_rmse", "val_rmse", "test_rmse"} <= outcome.metrics.keys()
    assert (outcome.run.folder / "checkpoints" / "best.safetensors").exists()
    errors = [float(row["true"]) - float(row["predicted"]) for row in rows]
    assert outcome.metrics["test_rmse"] == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=1e-3)


def test_words_are_classes(tmp_path):
    frame = houses().with_columns(pl.when(pl.col("price") > 190_000).then(pl.lit("dear")).otherwise(pl.lit("cheap")))
    frame = frame.rename({"literal": "class"}).drop("price")
    frame.write_csv(tmp_path / "classes.csv", null_value="NA")
    outcome = start(tmp_path / "classes.csv", tmp_path, "table", target="class", epochs=20, folds=2)
    assert outcome.target is None
    assert outcome.metrics["test_accuracy"] > 0.75
    assert "true class" in (outcome.run.folder / "report.html").read_text()
    [prediction] = predicted(outcome.run.folder, tmp_path / "classes.csv")
    assert list(prediction.columns) == ["Id", "class", "probability"]
    right = [ours == true for ours, true in zip(prediction.columns["class"], frame["class"], strict=True)]
    assert sum(right) > 90
    assert all(0.5 <= chance <= 1 for chance in prediction.columns["probability"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"target": None}, "target must be the column to predict, got none: --target NAME, one of Id, area, quality, "),
        ({"target": "prise"}, "target is 'prise', but the table has no column 'prise'; did you mean 'price'"),
        ({"ignore": ["id"]}, "ignore is 'id', but the table has no column 'id'; did you mean 'Id'"),
        ({"categorical": ["qualty"]}, "categorical is 'qualty', but .* did you mean 'quality'"),
        ({"folds": 0}, "folds must be from 1 to 1000, got 0"),
        ({"folds": 121}, "folds must be at least 2 and at most the number of rows, 120, got 121"),
        ({"folds": 1, "test": 1.5}, r"test must be from 0 up and below 1, got 1.5"),
        ({"data": "fashion-mnist"}, "data is 'fashion-mnist', which is no table; these are: airfoil"),
        ({"data": "californa"}, "did you mean 'california'.*nor is there a file of that name"),
        ({"data": "gone.csv"}, r"no such file: gone\.csv"),
        ({"target": "quarter"}, "log_target is set, but target 'quarter' holds classes; unset it"),
    ],
)
def test_mistakes_are_named_before_a_folder_is_made(table, tmp_path, changes, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        start(table, tmp_path, **changes)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [{}, {"preprocessor": {}, "targets": [{}]}, {"preprocessor": {}, "targets": []}])
def test_a_damaged_description_of_the_columns_is_named(whole, table, tmp_path, content):
    shutil.copytree(whole.run.folder, tmp_path / "run")
    inputs = json.loads((tmp_path / "run" / "inputs.json").read_text())
    inputs["metadata"]["folds"][0] = content
    (tmp_path / "run" / "inputs.json").write_text(json.dumps(inputs))
    with pytest.raises(RunError, match=r"inputs\.json is damaged"):
        predicted(tmp_path / "run", table)


def test_a_target_is_stated_only_for_what_it_was_measured_on():
    for name, metric in (("table", "test_rmse"), ("house-prices", "test_log_rmse")):
        info = load_recipe(name)
        defaults = settings_for("x.csv", name)
        base = vars(defaults) | {"data": info.data, "target": None}
        assert info.target("quick", base).metric == metric
        for change in ({"target": "other"}, {"log_target": not base["log_target"]}, {"kind": "classification"}):
            assert info.target("quick", base | change) is None


def test_a_table_of_the_registry_without_targets_gets_a_predictions_file(table, tmp_path, monkeypatch):
    """As in the competition: the rows of the second file have no price."""
    from deepdive.data.tables import TABLES, builtin
    from deepdive.data.tables.builtin import NamedTable

    new = tmp_path / "new.csv"
    houses(7, seed=5).drop("price").write_csv(new, null_value="NA")
    named = NamedTable("houses.csv", ("price",), ignore=("Id",), unlabelled="new.csv")
    monkeypatch.setitem(TABLES, "kaggle-house", named)
    monkeypatch.setattr(builtin, "fetch", lambda name, report=None: {"houses.csv": table, "new.csv": new})
    outcome = start("kaggle-house", tmp_path, target=None, ignore=[], folds=2)
    lines = (outcome.run.folder / "predictions.csv").read_text().splitlines()
    assert lines[0] == "Id,price"
    assert len(lines) == 8
    assert "<h2>Predictions</h2>" in (outcome.run.folder / "report.html").read_text()
    assert json.loads((outcome.run.folder / "result.json").read_text())["target"]["metric"] == "test_log_rmse"
    [prediction] = predicted(outcome.run.folder, new)
    assert list(prediction.lines()) == lines
