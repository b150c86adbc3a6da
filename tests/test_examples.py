"""The examples run as they are, and CONTRIBUTING speaks of what is there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PLANTS = PROJECT / "examples" / "plants.py"
GUIDE = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def deepdive(*words, cwd):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "deepdive.cli", *map(str, words)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
@pytest.mark.slow
def test_an_own_recipe_trains_to_its_target_and_predicts(toolkit, tmp_path):
    done = deepdive("run", PLANTS, "--toolkit", toolkit, "--quiet", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    [run] = (tmp_path / "runs" / "plants").iterdir()
    result = json.loads((run / "result.json").read_text())
    assert result["passed"]
    assert result["metrics"]["test_rmse"] <= 1.0
    assert "plants: Heights of plants" in (run / "report.html").read_text(encoding="utf-8")
    done = deepdive("predict", run, PLANTS.with_suffix(".csv"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    header, *rows = done.stdout.splitlines()
    assert header == "row,height"
    heights = [float(line.rpartition(",")[2]) for line in PLANTS.with_suffix(".csv").read_text().splitlines()[1:]]
    predicted = [float(row.partition(",")[2]) for row in rows]
    assert sum((a - b) ** 2 for a, b in zip(heights, predicted, strict=True)) / len(heights) < 1.0
    done = deepdive("resume", run, cwd=tmp_path)
    assert (done.returncode, "start a new run with: deepdive run " in done.stderr, str(PLANTS) in done.stderr) == (
        2,
        True,
        True,
    )


@pytest.mark.slow
def test_a_run_whose_recipe_is_gone_is_refused_in_one_line(tmp_path):
    own = tmp_path / "plants.py"
    own.write_text(PLANTS.read_text())
    (tmp_path / "plants.csv").write_bytes(PLANTS.with_suffix(".csv").read_bytes())
    assert deepdive("run", own, "--preset", "smoke", "--quiet", cwd=tmp_path).returncode in (0, 1)
    own.unlink()
    [run] = (tmp_path / "runs" / "plants").iterdir()
    done = deepdive("predict", run, tmp_path / "plants.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"deepdive: there is no recipe file {own}\n"


def own_copy(folder, **changes):
    own = folder / "plants.py"
    text = PLANTS.read_text()
    for before, after in changes.values():
        assert before in text
        text = text.replace(before, after)
    own.write_text(text)
    (folder / "plants.csv").write_bytes(PLANTS.with_suffix(".csv").read_bytes())
    return own


@pytest.mark.slow
def test_a_target_that_is_not_measured_costs_nothing(tmp_path):
    """Of classes there is no root mean squared error: the run ends with its result and says why it is not judged."""
    done = deepdive("run", PLANTS, "--epochs", "1", "--quiet", "--kind", "classification", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"plants: test_\w+ .*, no target as test_rmse is not among the metrics, ", done.stdout)
    [run] = (tmp_path / "runs" / "plants").iterdir()
    result = json.loads((run / "result.json").read_text())
    assert result["target"] is None
    assert "test_accuracy" in result["metrics"]
    assert (run / "report.html").exists()


@pytest.mark.parametrize(
    ("after", "message"),
    [
        ("return None", r"network must return a torch\.nn\.Module, got None\n$"),
        ("return nn.ReLU", r"network must return a torch\.nn\.Module, got <class .*ReLU'>\n$"),
        ("return WideAndDeep(1 / 0)", r"plants\.py, line \d+: ZeroDivisionError: division by zero\n$"),
        ("return WideAndDeep(self.wdth)", r"plants\.py, line \d+: AttributeError: .* 'wdth'"),
    ],
)
def test_a_mistake_in_an_own_network_is_one_line(tmp_path, after, message):
    own = own_copy(tmp_path, network=("return WideAndDeep(self.width)", after))
    done = deepdive("run", own, "--preset", "smoke", "--quiet", cwd=tmp_path)
    assert done.returncode == 2
    assert re.search(message, done.stderr), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_recipe_file_that_has_changed_is_told(tmp_path):
    own = own_copy(tmp_path)
    assert deepdive("run", own, "--epochs", "1", "--quiet", cwd=tmp_path).returncode in (0, 1)
    [run] = (tmp_path / "runs" / "plants").iterdir()
    table = tmp_path / "plants.csv"
    before = deepdive("predict", run, table, cwd=tmp_path)
    assert (before.returncode, before.stderr) == (0, "")
    own_copy(tmp_path, network=("nn.ReLU()", "nn.Tanh()"))
    after = deepdive("predict", "--output", tmp_path / "out.csv", run, table, cwd=tmp_path)
    assert after.returncode == 0
    assert after.stderr.startswith(f"note: {own} has changed since {run} was trained; the predictions may be others\n")
    (run / "result.json").unlink()
    resumed = deepdive("resume", run, cwd=tmp_path)
    assert resumed.returncode == 2
    assert resumed.stderr.startswith(f"deepdive: {own} has changed since {run} began; start a new run with: deepdive")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("preset: str = 'a'", "names of settings and options must be unique, got --preset twice"),
        (
            "no_deep: bool = False\n    deep: bool = True",
            "names of settings and options must be unique, got --no-deep twice",
        ),
        (
            "where: Path = Path('x')",
            r"settings must be numbers, words or sequences of them, got where PosixPath\('x'\)",
        ),
    ],
)
def test_a_setting_that_cannot_be_a_flag_or_be_stored_is_named(tmp_path, setting, message):
    own = own_copy(tmp_path, setting=("    width: Width = 64\n", f"    {setting}\n    width: Width = 64\n"))
    done = deepdive("run", own, "--preset", "smoke", "--quiet", cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert re.search(message, done.stderr), done.stderr
    assert not (tmp_path / "runs").exists()


def test_the_guide_shows_the_example_as_it_is():
    assert f"```python\n{PLANTS.read_text(encoding='utf-8')}```\n" in GUIDE
    assert len(PLANTS.read_text(encoding="utf-8").splitlines()) <= 45


def test_the_files_to_follow_a_run_are_there():
    steps = re.findall(r"^\d\. `(\S+\.py)`: ", GUIDE, flags=re.MULTILINE)
    assert len(steps) == 18
    lenet, bert = steps[:9], steps[9:]
    assert lenet[1].endswith("lenet.py")
    assert bert[0].endswith("bert/recipes.py")
    for path in (*steps, *re.findall(r"\| `(recipes/\S+\.py)` \|", GUIDE)):
        assert (PROJECT / "src" / "deepdive" / path).is_file(), path


@pytest.mark.parametrize(
    ("name", "pattern", "least"),
    [("own_loader", r"accuracy (0\.\d+|1\.0+), F1", 0.95), ("own_network", r"R² (0\.\d+|1\.0+)$", 0.98)],
)
def test_own_loaders_and_networks(name, pattern, least, tmp_path):
    path = PROJECT / "examples" / f"{name}.py"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, path], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert float(re.search(pattern, done.stdout.strip())[1]) >= least
    assert re.match(r"epoch 1/\d+  step \d+/\d+  train_loss ", done.stderr)
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 40
    assert list(tmp_path.iterdir()) == []
