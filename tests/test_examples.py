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
