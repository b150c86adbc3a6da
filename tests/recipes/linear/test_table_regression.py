import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LinearRegression

from deepdive.data.splits import hold_out
from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset


def wings(rows=400):
    """Features whose units differ as those of the airfoil table do, and noise."""
    random = np.random.default_rng(0)
    frequency, angle, chord = (
        random.gamma(1.5, 2000, rows),
        random.uniform(0, 22, rows),
        random.choice([0.05, 0.3], rows),
    )
    noise = 133 - 0.0013 * frequency - 0.4 * angle - 36 * chord + random.normal(0, 2, rows)
    return pl.DataFrame({"frequency": frequency, "angle": angle, "chord": chord, "noise": noise})


def start(table, folder, **changes):
    table.write_csv(folder / "own.csv")
    recipe = load_recipe("linear-regression")
    settings = with_preset(
        recipe.settings_type, {"data": str(folder / "own.csv"), "target": "noise", "epochs": 40} | changes
    )
    return runner.start(recipe, settings, preset="quick", root=folder / "runs", console=False)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return start(wings(), tmp_path_factory.mktemp("plain"), schedule="cosine")


def test_the_closed_form_is_that_of_scikit_learn(plain):
    table = wings()
    kept, held = (rows.numpy() for rows in hold_out(table.height, 0.2))
    x, y = table.drop("noise").to_numpy(), table["noise"].to_numpy()
    said = LinearRegression().fit(x[kept], y[kept]).predict(x[held])
    expected = np.sqrt(np.square(said - y[held]).mean())
    assert plain.metrics["closed_form_rmse"] == pytest.approx(expected, abs=1e-4)


def test_the_network_arrives_there_too(plain):
    assert plain.metrics["closed_form_gap"] < 0.005
    assert plain.metrics["test_rmse"] == pytest.approx(plain.metrics["closed_form_rmse"], rel=0.01)
    report = (plain.run.folder / "report.html").read_text()
    assert "<h2>Weights</h2>" in report
    assert "gradient descent arrives in" in report
    assert "normal equation" in report


def test_new_rows_are_predicted(plain, tmp_path):
    wings(5).drop("noise").write_csv(tmp_path / "new.csv")
    [said] = runner.predict(plain.run.folder, [tmp_path / "new.csv"])
    assert said.columns["noise"] == pytest.approx(wings(5)["noise"].to_list(), abs=8)


def test_dependent_features_are_told_and_the_minimum_norm_is_taken(tmp_path, capsys):
    table = wings().with_columns(twice=2 * pl.col("angle"), side=pl.Series(["port", "starboard"] * 200))
    outcome = start(table, tmp_path, epochs=5)
    note = "the normal equation is singular: of 6 features 4 are independent in 320 rows; the closed form is that of"
    assert note in capsys.readouterr().err
    report = (outcome.run.folder / "report.html").read_text()
    assert "minimum norm</th>" in report
    assert outcome.metrics["closed_form_rmse"] == pytest.approx(2.0, abs=0.4)


def test_with_folds_the_first_is_shown(tmp_path):
    outcome = start(wings(), tmp_path, folds=3, epochs=5)
    assert {"test_rmse", "test_rmse_std", "closed_form_rmse", "closed_form_gap"} <= outcome.metrics.keys()
    assert "the weights of the first of 3 networks" in (outcome.run.folder / "report.html").read_text()


def test_a_finished_training_is_reported_after_a_resume_as_before(plain, tmp_path):
    import shutil

    folder = tmp_path / "again"
    shutil.copytree(plain.run.folder, folder)
    (folder / "result.json").unlink()
    again = runner.resume(folder, console=False)
    assert again.metrics == plain.metrics


def test_classes_are_no_numbers(tmp_path):
    table = wings(20).with_columns(noise=pl.Series(["loud", "quiet"] * 10))
    with pytest.raises(ValueError, match="target 'noise' holds classes; linear regression predicts numbers"):
        start(table, tmp_path)
