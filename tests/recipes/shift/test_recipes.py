"""The two recipes on real images, and what can be done with their runs."""

import json

import pytest
import torch
from PIL import Image

from deepdive.data.images import load_images
from deepdive.recipes import load_recipe
from deepdive.recipes.experiments.inputs import trained_weights
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.training import TrainingInterrupted
from deepdive.training.listeners import default_listeners
from deepdive.training.runs.run import Run

pytestmark = pytest.mark.usefixtures("without_shape_checks")
SMALL = {"data": "digits", "epochs": 10, "optimizer": {"lr": 0.02}, "validation": 200, "batch_size": 32, "log_every": 5}
NAMES = ("label-shift", "covariate-shift")


def run(name, root, preset="quick", **changes):
    recipe = load_recipe(name)
    settings = with_preset(recipe.settings_type, recipe.presets[preset] | changes)
    return runner.start(recipe, settings, preset=preset, root=root, console=False)


@pytest.fixture(scope="module")
def small(tmp_path_factory, without_shape_checks):
    return {name: run(name, tmp_path_factory.mktemp("runs"), **SMALL) for name in NAMES}


@pytest.mark.parametrize(("name", "toolkit"), [("label-shift", "torch"), ("covariate-shift", "scratch")])
@pytest.mark.slow
def test_the_smoke_preset_reaches_its_target(name, toolkit, tmp_path):
    outcome = run(name, tmp_path, "smoke", toolkit=toolkit)
    assert outcome.target is not None
    assert outcome.passed, outcome.verdict
    before, after, oracle = (outcome.metrics[f"test_{n}_accuracy"] for n in ("uncorrected", "corrected", "oracle"))
    assert after > before
    assert outcome.metrics["test_recovered"] == pytest.approx((after - before) / (oracle - before))


@pytest.mark.parametrize("name", NAMES)
def test_the_report_shows_the_accuracies_and_the_estimate(small, name):
    outcome = small[name]
    report = (outcome.run.folder / "report.html").read_text(encoding="utf-8")
    assert outcome.target is None
    assert "Accuracy on the target" in report
    assert {"label-shift": "Class mix", "covariate-shift": "Density ratio"}[name] in report
    assert report.count("<svg") >= 2
    for method in ("uncorrected", "corrected", "oracle"):
        assert f"<td>{method}</td>" in report
    assert ("predictions corrected (likelihood)" in report) == (name == "label-shift")


@pytest.mark.parametrize("name", NAMES)
def test_a_run_that_was_interrupted_goes_on_to_the_same_end(small, name, tmp_path):
    recipe = load_recipe(name)
    settings = with_preset(recipe.settings_type, SMALL | {"checkpoint_every": 7})
    experiment = recipe.build(settings)
    experiment.prepare()
    interrupted = Run.create(name, json.loads(json.dumps(small[name].run.settings)), root=tmp_path)
    seen = []

    class Stop:
        def start(self, plan):
            pass

        def record(self, record):
            seen.append(record)
            if len(seen) == 4:
                raise TrainingInterrupted("enough", 2)

        def finish(self):
            pass

    with pytest.raises(TrainingInterrupted):
        experiment.fit(interrupted, [*default_listeners(interrupted.folder, console=False), Stop()], resume=False)
    assert interrupted.checkpoints.has("last")
    again = runner.resume(interrupted.folder, console=False)
    assert again.metrics == pytest.approx(small[name].metrics, rel=0, abs=0, nan_ok=True)
    files = [r.folder / "metrics.jsonl" for r in (again.run, small[name].run)]
    assert files[0].read_bytes() == files[1].read_bytes()
    ours, theirs = (trained_weights(r) for r in (again.run, small[name].run))
    assert all(torch.equal(ours[key], theirs[key]) for key in theirs)


@pytest.mark.parametrize("name", NAMES)
def test_images_are_labelled_by_the_corrected_network(small, name, tmp_path):
    data = load_images("digits", normalize=True)
    images = data.image_set("test")
    files = [tmp_path / f"{i}.png" for i in range(40)]
    for file, image in zip(files, images.images, strict=False):
        Image.fromarray(image[0].numpy()).save(file)
    found = runner.predict(small[name].run.folder, files)
    right = sum(p.label == data.labels[int(y)] for p, y in zip(found, images.labels, strict=False))
    assert right >= 25


def test_without_a_shift_there_is_nothing_to_correct():
    recipe = load_recipe("label-shift")
    experiment = recipe.build(with_preset(recipe.settings_type, SMALL | {"ratio": 1.0, "epochs": 20}))
    experiment.prepare()
    assert float((experiment.weights["oracle"] - 1).abs().max()) < 1e-6
    assert float((experiment.by_confusion.prior - 0.1).abs().max()) < 0.04


def test_the_three_networks_begin_alike_and_the_weights_have_mean_one():
    recipe = load_recipe("label-shift")
    experiment = recipe.build(with_preset(recipe.settings_type, SMALL | {"hidden": (16,)}))
    experiment.prepare()
    first, *others = (experiment.model[n].state_dict() for n in ("uncorrected", "corrected", "oracle"))
    assert all(torch.equal(other[key], first[key]) for other in others for key in first)
    assert all(float(w.mean()) == pytest.approx(1, abs=1e-5) for w in experiment.weights.values())


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("label-shift", {"rare": (4, 12)}, r"rare is \(4, 12\); it must hold some of the classes 0 to 9, and not all"),
        ("label-shift", {"rare": ()}, r"rare must be 1 or more integers from 0 to 65535, got \(\)"),
        ("label-shift", {"rare": tuple(range(10))}, "and not all"),
        ("label-shift", {"ratio": 0.0}, "ratio must be from 1e-06 to 1000000, got 0.0"),
        ("label-shift", {"validation": 0}, "validation must be from 1 to 100000000, got 0"),
        ("label-shift", {"validation": 5000}, r"validation must take at least 0 of .* examples .*, got 5000"),
        ("covariate-shift", {"component": 0}, "component must be from 1 to 65536, got 0"),
        ("covariate-shift", {"domain_images": 0}, "domain_images must be from 1 to 100000000, got 0"),
        ("covariate-shift", {"l2": 0.0}, "l2 must be above 0 and at most 1000, got 0.0"),
        ("covariate-shift", {"limit": -1.0}, "limit must be above 0 and at most 1000000 or None, got -1.0"),
    ],
)
def test_settings_that_make_no_sense_are_refused_before_a_run_begins(name, changes, message):
    recipe = load_recipe(name)
    with pytest.raises(ValueError, match=message):
        recipe.build(with_preset(recipe.settings_type, SMALL | changes)).prepare()
