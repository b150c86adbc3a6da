"""Folds that end at any moment and go on: the same run in the end."""

import json
import random
import signal
import subprocess
import time
from statistics import stdev

import pytest

from deepdive.recipes.experiments.merged_listeners import MergedListeners
from deepdive.recipes.experiments.sequential_runs import result_of
from deepdive.recipes.running import runner
from deepdive.recipes.tabular.experiment import TableExperiment
from deepdive.recipes.tabular.metrics import pooled
from deepdive.training import FolderCheckpoints, Run, RunError
from deepdive.training.listeners import MetricsFile

from .conftest import outcome_of, start


class Killed(BaseException):
    """Ends a run as abruptly as a process can end itself."""


def killed_then_resumed(table, root, monkeypatch, where, method, moment):
    """Run until the ``moment``-th call of a method, then go on; the run folder."""
    calls = iter(range(moment))
    original = getattr(where, method)

    def until(self, *arguments, **words):
        if next(calls, None) is None:
            raise Killed
        return original(self, *arguments, **words)

    with monkeypatch.context() as patch:
        patch.setattr(where, method, until)
        with pytest.raises(Killed):
            start(table, root, folds=3, dropout=0.3)
    [folder] = (root / "house-prices").iterdir()
    return runner.resume(folder, console=False).run.folder


@pytest.mark.parametrize("moment", [0, 20, 33])
def test_stopped_at_a_record_it_is_the_same_run(table, whole, tmp_path, monkeypatch, moment):
    folder = killed_then_resumed(table, tmp_path, monkeypatch, MetricsFile, "record", moment)
    assert outcome_of(folder) == outcome_of(whole.run.folder)


@pytest.mark.parametrize("moment", [10])
def test_stopped_at_a_checkpoint_it_is_the_same_run(table, whole, tmp_path, monkeypatch, moment):
    folder = killed_then_resumed(table, tmp_path, monkeypatch, FolderCheckpoints, "save", moment)
    assert outcome_of(folder) == outcome_of(whole.run.folder)


@pytest.mark.parametrize(
    ("where", "method", "moment"),
    [(TableExperiment, "_parts", 1), (Run, "write_json", 2), (MergedListeners, "advance", 2)],
)
def test_stopped_before_or_after_a_fold_it_is_the_same_run(table, whole, tmp_path, monkeypatch, where, method, moment):
    folder = killed_then_resumed(table, tmp_path, monkeypatch, where, method, moment)
    assert outcome_of(folder) == outcome_of(whole.run.folder)


@pytest.mark.slow
def test_killed_from_outside_it_is_the_same_run(table, tmp_path):
    from tests.commands.support import command, deepdive

    flags = "--target price --ignore Id --epochs 40 --batch-size 16 --hidden 16 --log-every 5 --folds 3 --dropout 0.3"
    words = ("run", "house-prices", "--data", str(table), *flags.split(), "--runs", str(tmp_path / "killed"))
    moments = random.Random(3)
    for _ in range(2):
        before = [path.stat().st_size for path in (tmp_path / "killed").rglob("metrics.jsonl")]
        with subprocess.Popen(command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None:
                if [path.stat().st_size for path in (tmp_path / "killed").rglob("metrics.jsonl")] != before:
                    break
                time.sleep(0.002)
            time.sleep(moments.uniform(0, 0.1))
            process.kill()
        assert process.returncode == -signal.SIGKILL, "the run ended before it could be killed"
        [folder] = (tmp_path / "killed" / "house-prices").iterdir()
        words = ("resume", str(folder))
    done = deepdive(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    whole = start(table, tmp_path / "whole", folds=3, dropout=0.3, epochs=40)
    assert outcome_of(folder) == outcome_of(whole.run.folder)


def test_another_table_is_not_gone_on_with(table, tmp_path):
    own = tmp_path / "own.csv"
    own.write_text(table.read_text())
    outcome = start(own, tmp_path, epochs=2, folds=2)
    (outcome.run.folder / "result.json").unlink()
    own.write_text(table.read_text().replace("old town", "new town"))
    with pytest.raises(RunError, match=r"the rows of .*own\.csv have changed since .* began; start a new run"):
        runner.resume(outcome.run.folder, console=False)


def test_a_damaged_result_of_a_fold_is_named(table, tmp_path):
    run = Run.create("house-prices", {}, root=tmp_path)
    assert result_of(run, "fold1") is None
    (run.folder / "training_runs").mkdir()
    run.write_json("training_runs/fold1.json", {"metrics": {"test_rmse": "small"}, "extent": {}})
    with pytest.raises(RunError, match=r"training_runs/fold1\.json is damaged"):
        result_of(run, "fold1")


def test_metrics_of_folds_are_those_of_all_test_rows():
    errors = [[0.1, -0.3, 0.2], [0.5], [0.4, 0.1]]
    metrics = [
        {"test_rmse": (sum(e * e for e in part) / len(part)) ** 0.5, "test_accuracy": len(part) / 6} for part in errors
    ]
    found = pooled(metrics, [len(part) for part in errors])
    squares = [e * e for part in errors for e in part]
    assert found["test_rmse"] == pytest.approx((sum(squares) / 6) ** 0.5)
    assert found["test_accuracy"] == pytest.approx((3 * 3 + 1 * 1 + 2 * 2) / 6 / 6)
    assert found["test_accuracy_std"] == pytest.approx(stdev([3 / 6, 1 / 6, 2 / 6]))
    assert pooled(metrics[:1], [3]) == metrics[0]


def test_every_fold_leaves_its_traces(whole):
    folder = whole.run.folder
    assert sorted(path.name for path in (folder / "checkpoints").iterdir()) == ["fold1", "fold2", "fold3"]
    results = [json.loads((folder / "training_runs" / f"fold{k}.json").read_text()) for k in (1, 2, 3)]
    assert len(json.loads((folder / "inputs.json").read_text())["metadata"]["folds"]) == 3
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    assert len(lines) == sum(result["extent"]["records"] for result in results)
    steps = [json.loads(line)["step"] for line in lines]
    assert steps == sorted(steps)
