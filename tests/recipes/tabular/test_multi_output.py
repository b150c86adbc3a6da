"""Several targets of one table: learnt together, reported apart, resumed exactly, predicted for new rows."""

import json

import pytest

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.training import RunError


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """A census of 600 whose job tells the sex and whose years of work tell the age."""
    rows = []
    for i in range(600):
        years, woman = (7 * i) % 40, i % 3 == 0
        job = ("nurse" if i % 2 else "teacher") if woman else ("smith" if i % 2 else "miner")
        rows.append(f"{years},{job},{18 + years},{'f' if woman else 'm'},{i}")
    path = tmp_path_factory.mktemp("people") / "people.csv"
    path.write_text("years,job,age,sex,number\n" + "\n".join(rows) + "\n")
    return path


def build(people, **changes):
    recipe = load_recipe("multi-output")
    words = {"data": str(people), "targets": ["age", "sex"], "ignore": ["number"], "epochs": 12, "batch_size": 32}
    words |= {"hidden": [32], "dropout": 0.0, "optimizer": {"lr": 0.02}} | changes
    return recipe, with_preset(recipe.settings_type, words)


def run(people, root, **changes):
    recipe, settings = build(people, **changes)
    return runner.start(recipe, settings, preset="quick", root=root, console=False)


@pytest.fixture(scope="module")
def finished(people, tmp_path_factory):
    return run(people, tmp_path_factory.mktemp("runs"))


def test_both_outputs_are_learnt_and_reported_apart(finished):
    metrics = finished.metrics
    assert metrics["test_age_rmse"] < 2.0
    assert metrics["test_sex_accuracy"] == 1.0
    assert metrics["test_loss"] == pytest.approx(metrics["test_age_loss"] + metrics["test_sex_loss"], rel=1e-4)
    report = (finished.run.folder / "report.html").read_text()
    baselines = json.loads((finished.run.folder / "result.json").read_text())["baselines"]
    assert metrics["test_age_rmse"] < baselines["mean"]["test_age_rmse"]
    assert metrics["test_sex_accuracy"] > baselines["majority class"]["test_sex_accuracy"]
    assert "<h2>Errors: age</h2>" in report
    assert "<h2>Confusion: sex</h2>" in report
    assert "heads.age" in report


def test_new_rows_are_predicted_in_the_units_of_the_table(finished, tmp_path):
    (tmp_path / "new.csv").write_text("job,years,number\nnurse,30,7\nminer,5,8\nastronaut,10,9\n")
    [said] = runner.predict(finished.run.folder, [tmp_path / "new.csv"])
    assert said.columns["number"] == [7, 8, 9]
    assert said.columns["sex"][:2] == ["f", "m"]
    assert said.columns["age"][:2] == pytest.approx([48, 23], abs=4)
    assert all(0.5 <= p <= 1 for p in said.columns["sex probability"])
    assert any("astronaut" in note for note in said.notes)
    (tmp_path / "bad.csv").write_text("job\nnurse\n")
    with pytest.raises(ValueError, match=r"bad\.csv: .*'years'"):
        runner.predict(finished.run.folder, [tmp_path / "bad.csv"])


@pytest.mark.slow
def test_a_run_without_its_result_is_resumed_to_the_same_end(people, finished, tmp_path):
    whole = run(people, tmp_path, epochs=3, learn_weights=True)
    part = run(people, tmp_path / "part", epochs=3, learn_weights=True)
    (part.run.folder / "result.json").unlink()
    assert runner.resume(part.run.folder, console=False).metrics == whole.metrics
    (part.run.folder / "result.json").unlink()
    people_now = people.read_text()
    try:
        people.write_text(people_now + "3,smith,21,m,600\n")
        with pytest.raises(RunError, match=r"the rows of .*people\.csv have changed since"):
            runner.resume(part.run.folder, console=False)
    finally:
        people.write_text(people_now)


def test_bad_settings_are_named(people):
    for changes, message in (
        ({"weights": [1.0]}, r"weights must be 2 numbers, one for each target, got \(1.0,\)"),
        ({"weights": [1.0, -1.0]}, r"weights must be numbers above 0 and at most 1000000, got \(1\.0, -1\.0\)"),
        ({"targets": ["agee", "sex"]}, "target is 'agee', but the table has no column 'agee'; did you mean 'age'"),
    ):
        with pytest.raises(ValueError, match=message):
            prepare(people, **changes)


def prepare(people, **changes):
    recipe, settings = build(people, **changes)
    recipe.build(settings).prepare()


def test_damaged_inputs_are_named(people, tmp_path):
    outcome = run(people, tmp_path, epochs=1)
    (outcome.run.folder / "inputs.json").write_text(json.dumps({"preprocessor": 3}))
    with pytest.raises(RunError, match=r"inputs\.json is damaged"):
        runner.predict(outcome.run.folder, [people])
