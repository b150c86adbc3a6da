"""The recipe that measures convolution, recurrence and self-attention: its figures are those of theory."""

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from deepdive import scratch
from deepdive.algorithms.inspection import saved_bytes
from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.series.costs.layers import KINDS, measure
from deepdive.recipes.series.costs.sweep import growth
from deepdive.recipes.settings import with_preset

pytestmark = pytest.mark.usefixtures("without_shape_checks")
RECIPE = load_recipe("sequence-costs")
SMALL = {"lengths": [8, 16, 32], "fixed_width": 4, "widths": [4, 8], "fixed_length": 8, "repeats": 1}


def settings(**changes):
    return with_preset(RECIPE.settings_type, {**SMALL, **changes})


@pytest.fixture(scope="module")
def finished(tmp_path_factory, without_shape_checks):
    root = tmp_path_factory.mktemp("runs")
    changed = with_preset(RECIPE.settings_type, RECIPE.presets["smoke"])
    return runner.start(RECIPE, changed, preset="smoke", root=root, console=False)


@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n", "d", "k"), [(16, 8, 3), (5, 12, 5), (20, 4, 1)])
def test_operations_are_those_of_theory_and_of_the_librarys_counter(kind, n, d, k, toolkit):
    layer = KINDS[kind].make(d, k, toolkit)
    found = measure(layer, torch.randn(3, n, d), repeats=1)
    assert found.operations == 2 * 3 * KINDS[kind].products(n, d, k)
    assert found.seconds > 0
    library = KINDS[kind].make(d, k, nn).to("meta")  # on a processor a fused kernel hides its products from it
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        library(torch.empty(3, n, d, device="meta"))
    assert found.operations == counter.get_total_flops()


@pytest.mark.parametrize("kind", KINDS)
def test_all_of_them_map_sequences_to_sequences_of_the_same_length(kind):
    assert KINDS[kind].make(6, 3, nn)(torch.randn(2, 9, 6)).shape == (2, 9, 6)


@pytest.mark.parametrize(("kind", "far"), [("convolution", False), ("recurrence", True), ("attention", True)])
def test_how_far_one_layer_reaches_is_as_the_table_says(kind, far):
    """A window of 3 sees its neighbours; the state and the weights reach the first step."""
    torch.manual_seed(0)
    x = torch.randn(1, 9, 6, requires_grad=True)
    y = KINDS[kind].make(6, 3, nn)(x)
    [gradient] = torch.autograd.grad(y[0, -1].sum(), x)
    seen = gradient[0].abs().sum(dim=1) > 0
    assert seen.tolist() == ([True] * 9 if far else [False] * 7 + [True] * 2)


def test_stored_weights_are_what_the_fused_kernel_saves():
    """Twice the length: the square of it in stored weights, the double of all else."""
    sizes = {}
    for kind in ("attention", "fused_attention"):
        layer = KINDS[kind].make(4, 3, nn)
        sizes[kind] = [saved_bytes(layer, torch.randn(1, n, 4)) for n in (256, 512)]
    assert sizes["attention"][1] / sizes["attention"][0] > 3.5
    assert sizes["fused_attention"][1] == pytest.approx(2 * sizes["fused_attention"][0], rel=0.01)
    assert sizes["attention"][0] > 4 * 256**2  # the weights, in four bytes each


@pytest.mark.parametrize("exponent", [0.0, 1.0, 1.5, 2.0])
def test_growth_is_the_exponent_of_a_power(exponent):
    sizes = [4, 8, 16, 40]
    assert growth(sizes, [3 * size**exponent for size in sizes]) == pytest.approx(exponent, abs=1e-12)


def test_growth_is_that_of_the_larger_sizes():
    sizes = [1, 2, 4, 8, 1024, 2048]
    assert growth(sizes, [size + size**2 for size in sizes]) == pytest.approx(2, abs=0.1)
    assert growth([1, 2, 4, 8], [5, 5, 4, 8]) == pytest.approx(1)


def test_the_target_is_reached_and_all_is_shown(finished):
    assert finished.passed, finished.verdict
    metrics = finished.metrics
    assert metrics["test_formula_error"] == 0
    assert metrics["recurrence_operations_by_length"] == pytest.approx(1)
    assert metrics["convolution_operations_by_width"] == pytest.approx(2)
    assert metrics["fused_attention_memory_by_length"] == pytest.approx(1, abs=0.01)
    report = (finished.run.folder / "report.html").read_text(encoding="utf-8")
    assert report.index("<h2>Costs</h2>") < report.index("<h2>Growth</h2>") < report.index("<h2>Measured</h2>")
    assert "O(n² d + n d²)" in report
    assert (finished.run.folder / "costs.svg").stat().st_size > 10_000


@pytest.mark.slow
def test_what_is_counted_is_the_same_in_every_run(tmp_path):
    found = [
        runner.start(RECIPE, settings(toolkit=toolkit), preset="quick", root=tmp_path / toolkit / str(i), console=False)
        for toolkit in ("torch", "scratch")
        for i in range(2)
    ]
    counted = [{k: v for k, v in outcome.metrics.items() if "time" not in k} for outcome in found]
    assert counted[0] == counted[1]
    assert counted[2] == counted[3]


def test_there_is_nothing_to_predict(finished, tmp_path):
    with pytest.raises(ValueError, match="sequence-costs measures layers and learns nothing; there is nothing"):
        runner.predict(finished.run.folder, [tmp_path / "a.txt"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lengths": (8,)}, r"lengths must be 2 or more integers from 1 to 100000, got \(8,\)"),
        ({"widths": (8, 4)}, r"widths must be in ascending order, got \(8, 4\)"),
        ({"lengths": (0, 4)}, r"lengths must be 2 or more integers from 1 to 100000, got \(0, 4\)"),
        ({"kernel": 4}, "kernel must be odd, so that as many steps come out as go in, got 4"),
        ({"repeats": 0}, "repeats must be from 1 to 10000, got 0"),
        ({"fixed_width": 0}, "fixed_width must be from 1 to 65536, got 0"),
    ],
)
def test_settings_out_of_range_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        RECIPE.build(replace(settings(), **changes))
