"""Design spaces on small digits: the same run with any number of processes, killed ones, a killed run, the report."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import replace

import psutil
import pytest
import torch
from safetensors.torch import load_file
from tests.commands.support import command

from deepdive.algorithms.design_spaces import Designs, flops
from deepdive.data.images import load_images
from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import to_plain, with_preset
from deepdive.recipes.vision.design_space import experiment
from deepdive.recipes.vision.design_space.samples import Ended, SampleStore, draw_samples, frame_of
from deepdive.recipes.vision.design_space.worker import Worker
from deepdive.training import Run, RunError, TrainingInterrupted

pytestmark = pytest.mark.usefixtures("without_shape_checks")
RECIPE = load_recipe("design-space")
SMALL = {"data": "digits", "stages": 2, "stem": "small", "samples": 3, "steps": 12, "batch_size": 64}
SMALL |= {"mega_flops": (0.1, 0.3), "validation": 300, "device": "cpu"}


def settings(**changes):
    return with_preset(RECIPE.settings_type, SMALL | changes)


def start(root, **changes):
    return runner.start(RECIPE, settings(**changes), preset="quick", root=root, console=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory, without_shape_checks):
    return start(tmp_path_factory.mktemp("whole"))


def samples_of(folder):
    """The files of all samples without their times."""
    found = {path.stem: json.loads(path.read_text()) for path in sorted((folder / "samples").glob("*.json"))}
    return {name: {key: value for key, value in content.items() if key != "seconds"} for name, content in found.items()}


def outcome_of(folder):
    """What must be the same for the same run."""
    [weights] = (folder / "checkpoints").rglob("*.safetensors")
    tensors = {key: value.tolist() for key, value in load_file(weights).items()}
    metrics = json.loads((folder / "result.json").read_text())["metrics"]
    return samples_of(folder), (folder / "metrics.jsonl").read_bytes(), metrics, weights.parent.name, tensors


def when_one_is_over(folder, do):
    """Call ``do`` in a thread as soon as the file of a sample is there."""

    def wait():
        until = time.monotonic() + 600
        while time.monotonic() < until and not list(folder.rglob("samples/*.json")):
            time.sleep(0.01)
        if list(folder.rglob("samples/*.json")):
            do()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def test_a_run_keeps_every_sample_and_the_best_weights(whole):
    folder, metrics = whole.run.folder, whole.metrics
    samples = samples_of(folder)
    assert list(samples) == [f"anynet-{space}-00{i}" for space in "ae" for i in (1, 2, 3)]
    errors = {name: content["error"] for name, content in samples.items()}
    means = [sum(errors[f"anynet-{space}-00{i}"] for i in (1, 2, 3)) / 3 for space in "ae"]
    assert metrics["edf_gain"] == pytest.approx(means[0] - means[1])
    assert metrics["anynet-e_mean_error"] == pytest.approx(means[1])
    assert metrics["edf_gain_lower"] <= metrics["edf_gain"] <= metrics["edf_gain_upper"]
    assert metrics["failed"] == 0
    [weights] = (folder / "checkpoints").rglob("*.safetensors")
    assert errors[weights.parent.name] == min(errors.values())


def test_the_report_shows_the_distributions(whole):
    folder = whole.run.folder
    report = (folder / "report.html").read_text(encoding="utf-8")
    for title in ("Error distributions", "Errors against parameters", "Networks", "The best network, anynet-"):
        assert f"<h2>{title}" in report
    for name in ("edf", "parameters"):
        assert (folder / f"{name}.svg").stat().st_size > 2000
        assert (folder / f"{name}.png").stat().st_size > 2000
    assert "Learning curves" not in report


def test_the_best_network_labels_images(whole, tmp_path):
    from PIL import Image

    data = load_images("digits", normalize=True)
    test, files = data.image_set("test"), []
    for i in range(60):
        files.append(tmp_path / f"{i}.png")
        Image.fromarray(test.images[i, 0].numpy()).save(files[-1])
    said = runner.predict(whole.run.folder, files, invert="no")
    right = sum(p.label == data.labels[int(label)] for p, label in zip(said, test.labels[:60], strict=True))
    assert right / 60 == pytest.approx(whole.metrics["test_accuracy"], abs=0.2)
    shutil.copytree(whole.run.folder, tmp_path / "run")
    for path in (tmp_path / "run" / "samples").iterdir():
        path.unlink()
    with pytest.raises(RunError, match="has no trained network; go on with: deepdive resume"):
        runner.predict(tmp_path / "run", files)


@pytest.mark.slow
def test_killed_and_resumed_with_one_process_it_is_the_same_run(whole, tmp_path):
    flags = ["--data", "digits", "--stages", "2", "--stem", "small", "--samples", "3", "--steps", "12"]
    flags += ["--batch-size", "64", "--mega-flops", "0.1", "0.3", "--validation", "300", "--device", "cpu"]
    words = command("run", "design-space", *flags, "--workers", "1", "--runs", tmp_path)
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        when_one_is_over(tmp_path, lambda: None).join()
        workers = psutil.Process(process.pid).children()
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert not psutil.wait_procs(workers, timeout=10)[1]
    [folder] = (tmp_path / "design-space").iterdir()
    before = {path: path.stat().st_mtime_ns for path in (folder / "samples").iterdir()}
    assert 0 < len(before) < 6
    runner.resume(folder, console=False)
    assert outcome_of(folder) == outcome_of(whole.run.folder)
    assert {path: path.stat().st_mtime_ns for path in before} == before


@pytest.mark.slow
def test_a_killed_process_is_a_failed_sample_and_no_more(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(experiment, "_WORKER", "tests.recipes.vision.design_space.killed_worker")
    outcome = start(tmp_path, samples=2, workers=1)
    found, others = samples_of(outcome.run.folder), samples_of(whole.run.folder)
    failed = found.pop("anynet-a-001")
    assert (failed["state"], failed["error"]) == ("failed", None)
    assert failed["reason"] == "its process was killed by signal 9 (SIGKILL)"
    assert outcome.metrics["failed"] == 1
    assert found == {name: others[name] for name in ("anynet-e-001", "anynet-a-002", "anynet-e-002")}
    assert "killed by signal 9" in (outcome.run.folder / "report.html").read_text(encoding="utf-8")


def test_a_signal_keeps_what_is_over(tmp_path):
    asker = when_one_is_over(tmp_path, lambda: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(TrainingInterrupted, match=r"stopped by signal 15 with \d of 6 samples over; they are kept; go"):
        start(tmp_path, steps=60, workers=1)
    asker.join()
    assert not [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    [folder] = (tmp_path / "design-space").iterdir()
    assert samples_of(folder)


@pytest.fixture
def run(tmp_path):
    return Run.create("design-space", to_plain(settings()), root=tmp_path)


def test_samples_follow_from_the_seed(whole):
    spec = load_images("digits").spec
    samples = draw_samples(settings(), spec)
    assert [sample.name for sample in samples[:3]] == ["anynet-a-001", "anynet-e-001", "anynet-a-002"]
    assert samples == draw_samples(settings(workers=5), spec)
    assert samples == draw_samples(settings(samples=9), spec)[:6]
    assert samples != draw_samples(settings(seed=1), spec)
    cost = flops(Designs.of([sample.design for sample in samples]), frame_of(settings(), spec))
    assert bool(((cost >= 1e5) & (cost <= 3e5)).all())
    assert samples_of(whole.run.folder)["anynet-a-001"]["design"] == {
        name: list(values) for name, values in vars(samples[0].design).items()
    }


def test_what_diverges_counts_as_a_guess(tmp_path):
    run = Run.create("design-space", to_plain(settings(optimizer={"lr": 1000.0}, steps=3)), root=tmp_path)
    worker = Worker(run, "cpu")
    worker.work("anynet-a-001")
    ended = SampleStore(run).read(worker.samples["anynet-a-001"])
    assert (ended.state, ended.error) == ("diverged", 0.9)
    assert "the loss became" in ended.reason


def test_a_sample_is_trained_as_the_settings_say(tmp_path):
    weights = []
    for changes in ({}, {"label_smoothing": 0.5}, {"augment": {"crop": 2, "mixup": 0.4}}):
        worker = Worker(Run.create("design-space", to_plain(settings(**changes)), root=tmp_path), "cpu")
        worker.work("anynet-a-001")
        sample = worker.samples["anynet-a-001"]
        assert worker.store.read(sample).state == "trained"
        weights.append(worker.store.checkpoints(sample).load("best")["model"]["fc.weight"])
    assert not any(torch.equal(weights[i], weights[j]) for i, j in ((0, 1), (0, 2), (1, 2)))


def test_what_fails_otherwise_is_told(run, monkeypatch):
    worker = Worker(run, "cpu")
    monkeypatch.setattr(
        "deepdive.recipes.vision.design_space.worker.make_network",
        lambda *_: (_ for _ in ()).throw(MemoryError("full")),
    )
    worker.work("anynet-a-002")
    ended = SampleStore(run).read(worker.samples["anynet-a-002"])
    assert (ended.state, ended.error, ended.reason) == ("failed", None, "MemoryError: full")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}", r"samples/anynet-a-001\.json is damaged"),
        ("[]", r"samples/anynet-a-001\.json is damaged"),
        ("{", r"samples/anynet-a-001\.json is damaged"),
    ],
)
def test_a_damaged_sample_is_named(run, content, words):
    [sample, *_] = draw_samples(settings(), load_images("digits").spec)
    store = SampleStore(run)
    assert store.read(sample) is None
    (run.folder / "samples").mkdir()
    (run.folder / "samples" / "anynet-a-001.json").write_text(content)
    with pytest.raises(RunError, match=words):
        store.read(sample)


def test_a_sample_of_another_network_is_named(run):
    first, _, second, *_ = draw_samples(settings(), load_images("digits").spec)
    SampleStore(run).write(replace(second, number=1), Ended("trained", 0.5))
    with pytest.raises(RunError, match=r"anynet-a-001\.json is of the network d .*, not of d "):
        SampleStore(run).read(first)


def test_a_space_of_which_nothing_can_be_trained_is_an_error(run):
    made = RECIPE.build(settings())
    made.prepare()
    for sample in made.samples:
        ended = Ended("trained", 0.5) if sample.space == "anynet-e" else Ended("failed", reason="MemoryError: full")
        SampleStore(run).write(sample, ended)
    with pytest.raises(RunError, match="no sample of anynet-a could be trained; the first one: MemoryError: full"):
        made.fit(run, [], resume=True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"spaces": ("anynet-a",)}, r"spaces must be 2 or more of"),
        ({"spaces": ("anynet-a", "anynet-a")}, "spaces must be different ones, each named once"),
        ({"samples": 0}, "samples must be from 1 to 10000, got 0"),
        ({"workers": 0}, "workers must be from 1 to 256, got 0"),
        ({"validation": 0}, "validation must be from 1 to 100000000, got 0"),
        ({"mega_flops": (500.0, 600.0)}, "of 2,000,000 designs drawn from anynet-a, 0 cost between 500,000,000 and"),
        ({"batch_size": 0}, "batch_size must be from 1 to 1000000, got 0"),
        ({"label_smoothing": 2.0}, "label_smoothing must be from 0 to 1, got 2.0"),
        ({"augment": {"mixup": -1.0}}, r"augment\.mixup must be from 0 to 1000, got -1"),
    ],
)
def test_settings_out_of_range_are_named(changes, words):
    with pytest.raises(ValueError, match=words):
        RECIPE.build(settings(**changes)).prepare()


@pytest.mark.slow
def test_the_smoke_preset_reaches_its_target(tmp_path):
    smoke = with_preset(RECIPE.settings_type, RECIPE.presets["smoke"] | {"workers": 1})
    outcome = runner.start(RECIPE, smoke, preset="smoke", root=tmp_path, console=False)
    assert outcome.passed, outcome.verdict
    assert torch.tensor(list(outcome.metrics.values())).isfinite().all()
