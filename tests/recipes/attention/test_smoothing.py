"""`kernel-regression` asked about other files: estimates against the kernels' formulas, and how the rows are taken."""

import numpy as np
import pytest
from scipy.stats import norm

from deepdive import cli
from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset

pytestmark = pytest.mark.usefixtures("without_shape_checks")
BANDWIDTH = 2.5
FORMULAS = {
    "gaussian": norm.pdf,
    "boxcar": lambda u: (u <= 1).astype(float),
    "constant": np.ones_like,
    "epanechnikov": lambda u: np.maximum(0, 1 - u**2),
}
LEVELS = np.random.default_rng(0).normal(20, 5, 40).round(3)
SHUFFLED = np.random.default_rng(1).permutation(40)
DAYS = np.array([f"2001-{i // 28 + 1:02d}-{i % 28 + 1:02d}" for i in range(40)])


def smoothed(values, kernel="gaussian"):
    """Nadaraya and Watson's estimate at every row, from all rows."""
    rows = np.arange(len(values))
    weights = FORMULAS[kernel](np.abs(rows[:, None] - rows) / BANDWIDTH)
    return weights @ values / weights.sum(axis=1)


def write(path, levels, days=DAYS, noted=DAYS):
    rows = zip(days, noted, levels, strict=True)
    path.write_text("Day,Noted,Level\n" + "".join(f"{day},{note},{level}\n" for day, note, level in rows))
    return path


def trained(root, **changes):
    recipe = load_recipe("kernel-regression")
    data = write(root / "known.csv", LEVELS)
    words = {"data": str(data), "column": "Level", "bandwidth": BANDWIDTH, "bandwidths": 2, "steps": 1}
    settings = with_preset(recipe.settings_type, words | changes)
    return runner.start(recipe, settings, preset="quick", root=root, console=False).run.folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("run"))


def check(told, days, levels, kernel="gaussian"):
    assert list(told.columns) == ["time", "Level", "estimate"]
    assert list(told.columns["time"]) == list(days)
    np.testing.assert_allclose(told.columns["Level"], levels, rtol=1e-12)
    np.testing.assert_allclose(told.columns["estimate"], smoothed(levels, kernel), rtol=1e-9)


@pytest.mark.parametrize("kernel", FORMULAS)
@pytest.mark.slow
def test_the_estimate_is_that_of_the_formula(kernel, tmp_path):
    [told] = runner.predict(trained(tmp_path, kernel=kernel), [write(tmp_path / "new.csv", LEVELS[::-1])])
    check(told, DAYS, LEVELS[::-1], kernel)


def test_rows_are_sorted_or_kept_as_asked(run, tmp_path):
    path = write(tmp_path / "new.csv", LEVELS[SHUFFLED], DAYS[SHUFFLED], DAYS[SHUFFLED])
    [told] = runner.predict(run, [path], order="sort")
    check(told, DAYS, LEVELS)
    assert "the rows were not in the order of time; sorted by column 'Day'" in told.notes
    [told] = runner.predict(run, [path], order="keep")
    check(told, DAYS[SHUFFLED], LEVELS[SHUFFLED])
    for options in ({}, {"order": "refuse"}):
        with pytest.raises(ValueError, match=r"new\.csv: column 'Day' goes back in time: row .*, or set order to sort"):
            runner.predict(run, [path], **options)


def test_gaps_are_filled_if_asked(run, tmp_path):
    levels = [*map(str, LEVELS[:3]), "", "NA", *map(str, LEVELS[5:])]
    path = write(tmp_path / "new.csv", levels)
    [told] = runner.predict(run, [path], gaps="interpolate")
    known = np.delete(np.arange(40), [3, 4])
    check(told, DAYS, np.interp(np.arange(40), known, LEVELS[known]))
    for options in ({}, {"gaps": "refuse"}):
        with pytest.raises(ValueError, match=r"'Level' has no value in 2 of 40 rows: 4, 5; fill them in, or set gaps"):
            runner.predict(run, [path], **options)
    with pytest.raises(ValueError, match="the first and the last row must have one to interpolate between"):
        runner.predict(run, [write(path, ["", *levels[1:]])], gaps="interpolate")


def test_the_column_of_times_may_be_named(run, tmp_path):
    path = write(tmp_path / "new.csv", LEVELS[SHUFFLED], DAYS, DAYS[SHUFFLED])
    [told] = runner.predict(run, [path])
    check(told, DAYS, LEVELS[SHUFFLED])
    [told] = runner.predict(run, [path], time="Noted", order="sort")
    check(told, DAYS, LEVELS)


def test_the_runs_own_settings_count_where_nothing_is_said(tmp_path):
    run = trained(tmp_path, order="sort", time="Noted", gaps="interpolate")
    path = write(tmp_path / "new.csv", LEVELS[SHUFFLED], DAYS, DAYS[SHUFFLED])
    [told] = runner.predict(run, [path])
    check(told, DAYS, LEVELS)
    [told] = runner.predict(run, [path], order="keep", time="Day")
    check(told, DAYS, LEVELS[SHUFFLED])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"time": "Month"}, r"new\.csv: time is 'Month', but the table has no column 'Month'; there are Day, Noted"),
        ({"time": ""}, r"new\.csv: time is '', but the table has no column ''"),
        ({"time": "Level"}, r"new\.csv: column and time are both 'Level'; the values and their times are two columns"),
        ({"gaps": "fill"}, r"gaps must be 'refuse' or 'interpolate' or None, got 'fill'"),
        ({"gaps": ""}, r"gaps must be 'refuse' or 'interpolate' or None, got ''"),
        ({"order": "reverse"}, r"order must be 'refuse', 'sort' or 'keep' or None, got 'reverse'"),
        (
            {"length": 3},
            r"length is 3, but the recipe kernel-regression has no such option; there are time, gaps, order",
        ),
        ({"device": "cuda"}, r"device must be auto or cpu, where the recipe kernel-regression computes, got 'cuda'"),
    ],
)
def test_options_that_cannot_be_are_refused(run, options, message, tmp_path):
    path = write(tmp_path / "new.csv", LEVELS)
    with pytest.raises(ValueError, match=message):
        runner.predict(run, [path], **options)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--gaps", "fill"], "--gaps must be 'refuse' or 'interpolate' or None, got 'fill'"),
        (["--order", "reverse"], "--order must be 'refuse', 'sort' or 'keep' or None, got 'reverse'"),
        (["--time", "Month"], "new.csv: time is 'Month', but the table has no column 'Month'; there are Day, Noted"),
    ],
)
def test_the_command_refuses_them_in_one_line(run, flags, message, tmp_path, capsys):
    assert cli.main(["predict", str(run), str(write(tmp_path / "new.csv", LEVELS)), *flags]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert message in err


def test_the_command_writes_the_estimates_of_sorted_rows(run, tmp_path, capsys):
    path = write(tmp_path / "new.csv", LEVELS[::-1], DAYS[::-1], DAYS[::-1])
    assert cli.main(["predict", str(run), str(path), "--order", "sort", "--time", "Day"]) == 0
    out, err = capsys.readouterr()
    header, *rows = [line.split(",") for line in out.splitlines()]
    assert header == ["time", "Level", "estimate"]
    assert [row[0] for row in rows] == list(DAYS)
    np.testing.assert_allclose([float(row[2]) for row in rows], smoothed(LEVELS), rtol=1e-6)
    assert "note: the rows ran from new to old; sorted by column 'Day'" in err
