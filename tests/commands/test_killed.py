"""``kill -9`` at random moments of a real run, resumed each time: the same run; and what a signal does that is told."""

import random
import signal
import subprocess
import time

import pytest

from .kills.folders import contents, differences
from .support import SMALL, command, deepdive

FLAGS = ("mlp", *SMALL, "--epochs", "60", "--dropout", "0.3", "--checkpoint-every", "3", "--validation", "200")


def run_folder(root):
    [folder] = (root / "runs" / "mlp").iterdir()
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    root = tmp_path_factory.mktemp("whole")
    done = deepdive("run", *FLAGS, cwd=root)
    assert done.returncode == 0, done.stderr
    return run_folder(root)


@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_killed_again_and_again_it_is_the_same_run(whole, tmp_path, kills):
    moments = random.Random(kills)
    words, folder = ("run", *FLAGS), None
    for _ in range(kills):
        metrics = folder / "metrics.jsonl" if folder else None
        before = metrics.stat().st_size if metrics and metrics.exists() else 0
        with subprocess.Popen(
            command(*words), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            while process.poll() is None:  # from the first new record on, the kill may come at any moment
                found = list((tmp_path / "runs" / "mlp").glob("*/metrics.jsonl"))
                if found and found[0].stat().st_size != before:
                    break
                time.sleep(0.002)
            time.sleep(moments.uniform(0, 0.1))
            process.kill()
        assert process.returncode == -signal.SIGKILL, "the run ended before it could be killed"
        folder = run_folder(tmp_path)
        words = ("resume", folder.relative_to(tmp_path))
    done = deepdive(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert differences(contents(folder), contents(whole)) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_and_tells_how_to_go_on(tmp_path, number):
    process = subprocess.Popen(
        command("run", *FLAGS, "--epochs", "500"),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not list(tmp_path.glob("runs/mlp/*/metrics.jsonl")):
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    folder = run_folder(tmp_path)
    assert process.returncode == 128 + number, err
    assert f"go on with: deepdive resume {folder.relative_to(tmp_path)}" in err
    assert (folder / "checkpoints" / "last.safetensors").exists()
    assert "Traceback" not in err


def test_a_run_that_has_ended_is_not_resumed(whole, tmp_path):
    done = deepdive("resume", whole, cwd=tmp_path)
    assert done.returncode == 2
    assert "has ended already; start a new run with: deepdive run mlp" in done.stderr
