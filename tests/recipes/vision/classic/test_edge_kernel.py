"""The recipe that learns an edge kernel: what it learns, its report, resume and predictions."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from tests.training.examples import KilledError, killed_at

from deepdive import cli
from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import to_plain, with_preset
from deepdive.training import Run
from deepdive.training.listeners import MetricsFile

pytestmark = pytest.mark.usefixtures("without_shape_checks")
RECIPE = load_recipe("edge-kernel")


def settings(preset="quick", **changes):
    return with_preset(RECIPE.settings_type, {**RECIPE.presets[preset], **changes})


@pytest.fixture(scope="module")
def trained(tmp_path_factory, without_shape_checks):
    return runner.start(RECIPE, settings(), preset="quick", root=tmp_path_factory.mktemp("runs"), console=False)


@pytest.mark.parametrize("preset", ["smoke", "book"])
@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
def test_the_kernel_is_recovered(preset, toolkit, tmp_path):
    outcome = runner.start(RECIPE, settings(preset, toolkit=toolkit), preset=preset, root=tmp_path, console=False)
    assert outcome.passed, outcome.verdict


def test_every_step_is_that_of_gradient_descent(tmp_path):
    experiment = RECIPE.build(settings("book"))
    experiment.prepare()
    w = experiment.task.network.weight.detach().clone().double().flatten()
    x, y = experiment.data.x[0, 0].double(), experiment.data.y[0, 0].double()
    pairs = torch.stack([x[:, :-1].flatten(), x[:, 1:].flatten()], 1)
    for _ in range(10):
        w -= 0.03 * 2 * pairs.T @ (pairs @ w - y.flatten())
    run = Run.create("edge-kernel", to_plain(experiment.settings), root=tmp_path)
    experiment.fit(run, [], resume=False)
    torch.testing.assert_close(experiment.task.network.weight.detach().flatten().double(), w, rtol=0, atol=1e-5)


@pytest.mark.slow
def test_a_killed_run_goes_on_exactly(tmp_path):
    found = []
    for name, at in (("whole", 10**9), ("killed", 21)):
        experiment = RECIPE.build(settings())
        experiment.prepare()
        run = Run.create("edge-kernel", to_plain(experiment.settings), root=tmp_path / name)
        try:
            found.append(experiment.fit(run, [MetricsFile(run.metrics_file), killed_at(at)], resume=False))
        except KilledError:
            found.append(runner.resume(run.folder, console=False).metrics)
    assert found[0] == found[1]


def test_the_report_shows_kernel_and_edges(trained):
    folder = trained.run.folder
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert (folder / "edges.png").stat().st_size > 2000
    assert report.index("<h2>Kernel</h2>") < report.index("<h2>Edges</h2>") < report.index("<h2>Network</h2>")


def test_edges_of_an_image_are_found_and_drawn(trained, tmp_path):
    pixels = np.full((20, 30), 200, np.uint8)
    pixels[:, 10:] = 20
    Image.fromarray(pixels).save(tmp_path / "wall.png")
    [prediction] = runner.predict(trained.run.folder, [tmp_path / "wall.png"])
    [record] = prediction.records()
    assert record["strongest"] == pytest.approx(180 / 255, abs=0.01)
    assert record["column"] == 9
    edges = np.asarray(Image.open(record["edges"]))
    assert edges.shape == (20, 29)
    assert (edges[:, 9] > 210).all()
    assert (np.abs(np.delete(edges, 9, axis=1).astype(int) - 128) < 3).all()


def test_images_of_one_name_have_edges_of_their_own_and_none_is_written_over_its_image(trained, tmp_path):
    for i, name in enumerate(["a/x.png", "b/x.png", "b/x-2.png", "c/x.bmp"]):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("L", (4 + i, 4)).save(tmp_path / name)
    files = [tmp_path / name for name in ("a/x.png", "b/x.png", "b/x-2.png", "c/x.bmp")]
    found = [next(iter(prediction.records()))["edges"] for prediction in runner.predict(trained.run.folder, files)]
    assert [path.rpartition("/")[2] for path in found] == ["x.png", "x-2.png", "x-2-2.png", "x-3.png"]
    assert [np.asarray(Image.open(path)).shape[1] for path in found] == [3, 4, 5, 6]
    before = (trained.run.folder / "edges" / "x.png").read_bytes()
    with pytest.raises(ValueError, match=r"files must lie outside of .*edges, where edges are written, got .*x\.png"):
        runner.predict(trained.run.folder, [trained.run.folder / "edges" / "x.png"])
    assert (trained.run.folder / "edges" / "x.png").read_bytes() == before


def test_there_are_no_batches_of_one_image(capsys):
    for flag in ("--batch-size", "--accumulate"):
        with pytest.raises(SystemExit) as ended:
            cli.main(["run", "edge-kernel", flag, "2"])
        assert ended.value.code == 2
        assert flag in capsys.readouterr().err


def test_a_folder_is_all_its_images(trained, tmp_path):
    for name in ("new/b.png", "new/deep/a.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        Image.new("L", (4, 4)).save(tmp_path / name)
    found = [next(iter(prediction.records())) for prediction in runner.predict(trained.run.folder, [tmp_path / "new"])]
    assert [record["image"] for record in found] == [str(tmp_path / "new/b.png"), str(tmp_path / "new/deep/a.png")]


def test_an_image_without_neighbours_is_refused(trained, tmp_path):
    Image.new("L", (1, 5)).save(tmp_path / "thin.png")
    with pytest.raises(ValueError, match=r"thin\.png has one column; an edge lies between two"):
        runner.predict(trained.run.folder, [tmp_path / "thin.png"])


@pytest.mark.parametrize("stripe", [(0, 3), (3, 3), (4, 8)])
def test_a_stripe_that_leaves_no_edge_is_refused(stripe):
    with pytest.raises(ValueError, match="stripe must be two columns in ascending order, above 0 and below the width"):
        RECIPE.build(replace(settings(), stripe=stripe))
