"""Every from-scratch part equals its library twin: numbers, gradients, state, signature, words."""

import inspect
import typing

import pytest
import torch
from torch import nn

from deepdive import scratch
from deepdive.proofs import (
    gradient_difference,
    init_difference,
    layer_excess,
    optimizer_difference,
    pair_of,
    schedule_difference,
    state_difference,
)
from deepdive.twins import (
    CLIPPING,
    FUNCTIONS,
    INITIALIZERS,
    LANGUAGE,
    LAYERS,
    NETWORKS,
    OPTIMIZERS,
    SCHEDULES,
    TWINS,
    WITHOUT_TWIN,
)

CALLED = {name: twin.as_layers() for name, twin in FUNCTIONS.items()}

CASES = [
    pytest.param(twin, case, id=f"{name}-{i}")
    for name, twin in {**LAYERS, **CALLED, **NETWORKS, **LANGUAGE}.items()
    for i, case in enumerate(twin.cases)
]
REMEMBERING = [
    pytest.param(twin, case, id=f"{name}-{i}")
    for name, twin in LAYERS.items()
    if twin.stateful
    for i, case in enumerate(twin.cases[1:], 1)
]
CLIPPINGS = [pytest.param(t, a, id=f"{n}-{i}") for n, t in CLIPPING.items() for i, a in enumerate(t.arguments)]
UPDATES = [pytest.param(t, a, id=f"{n}-{i}") for n, t in OPTIMIZERS.items() for i, a in enumerate(t.arguments)]
RATES = [pytest.param(t, a, id=f"{n}-{i}") for n, t in SCHEDULES.items() for i, a in enumerate(t.arguments)]
PUBLIC = {**LAYERS, **FUNCTIONS, **INITIALIZERS, **CLIPPING, **OPTIMIZERS, **SCHEDULES}


def test_every_public_name_has_a_row():
    names = set(scratch.__all__) - {*scratch.CONTAINERS, "autograd", "functional", "init", "optim", "utils"}
    names |= {
        f"functional.{name}" for name, value in vars(scratch.functional).items() if _is_own(value, scratch.functional)
    }
    names |= {f"init.{name}" for name in vars(scratch.init) if name.endswith("_") and not name.startswith("_")}
    names |= {f"utils.{name}" for name in scratch.utils.__all__ if name != "rnn"}
    names |= {
        f"utils.rnn.{name}" for name, value in vars(scratch.utils.rnn).items() if _is_own(value, scratch.utils.rnn)
    }
    names |= {f"optim.{name}" for name in scratch.optim.__all__} - {"optim.Optimizer", "optim.lr_scheduler"}
    names |= {f"optim.lr_scheduler.{name}" for name in scratch.optim.lr_scheduler.__all__ if name != "LRScheduler"}
    assert {*PUBLIC, *WITHOUT_TWIN} == names | {"init.calculate_gain"}


def _is_own(value, module):
    return inspect.isfunction(value) and value.__module__.startswith(module.__name__) and value.__name__[0] != "_"


def test_containers_are_the_librarys_own():
    for name in scratch.CONTAINERS:
        assert getattr(scratch, name) is getattr(nn, name)


@pytest.mark.parametrize(("twin", "case"), CASES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["single", "double"])
def test_outputs_and_gradients_are_equal(twin, case, dtype):
    assert layer_excess(twin, case, dtype) <= 1


@pytest.mark.long
@pytest.mark.parametrize(("twin", "case"), CASES)
@pytest.mark.parametrize("seed", range(1, 6))
def test_outputs_and_gradients_are_equal_at_other_points(twin, case, seed):
    for dtype in (torch.float32, torch.float64):
        assert layer_excess(twin, case, dtype, seed=seed) <= 1


@pytest.mark.parametrize(("twin", "case"), REMEMBERING)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["single", "double"])
def test_running_statistics_are_equal_after_fifty_passes_and_so_is_evaluation(twin, case, dtype):
    tolerance = twin.single if dtype == torch.float32 else twin.double
    assert max(state_difference(twin, case, dtype)) <= tolerance


@pytest.mark.parametrize(("twin", "case"), CASES)
def test_state_dicts_have_the_same_keys_and_shapes(twin, case):
    theirs, ours, _ = pair_of(twin, case, torch.float32)
    shapes = [[(key, value.shape) for key, value in side.state_dict().items()] for side in (ours, theirs)]
    assert shapes[0] == shapes[1]
    assert [n for n, _ in ours.named_parameters()] == [n for n, _ in theirs.named_parameters()]
    theirs.load_state_dict(ours.state_dict(), strict=True)


@pytest.mark.parametrize(("twin", "case"), CASES)
def test_both_describe_themselves_alike(twin, case):
    theirs, ours, _ = pair_of(twin, case, torch.float32)
    linear = "NonDynamicallyQuantizableLinear"  # the same layer, for the library's tools
    assert repr(ours) == repr(theirs).replace(linear, "Linear")


@pytest.mark.parametrize("name", [n for n, t in PUBLIC.items() if not inspect.isbuiltin(t.theirs)])
def test_signatures_agree(name):
    ours, theirs = (signature(side) for side in (PUBLIC[name].ours, PUBLIC[name].theirs))
    positional = [p for p in ours.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert [p.name for p in positional] == list(theirs)[: len(positional)]  # a positional call means the same
    for parameter in ours.values():
        defaults = [parameter.default, theirs[parameter.name].default]
        assert defaults[0] == defaults[1] or [d.__name__ for d in defaults if inspect.isfunction(d)] == ["relu"] * 2


def signature(function):
    """By name; what a class without arguments inherits as ``*args, **kwargs`` is none.

    A class of which several ways to call it are declared has the parameters of the first.
    """
    declared = typing.get_overloads(function.__init__) if inspect.isclass(function) else []
    parameters = dict(inspect.signature(declared[0] if declared else function).parameters)
    parameters.pop("self", None)
    return {n: p for n, p in parameters.items() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}


@pytest.mark.parametrize("name", LAYERS)
def test_inputs_have_the_same_names(name):
    ours, theirs = (list(signature(side.forward)) for side in (LAYERS[name].ours, LAYERS[name].theirs))
    assert ours == theirs


@pytest.mark.parametrize("name", INITIALIZERS)
def test_initialisers_draw_the_same_numbers(name):
    assert init_difference(INITIALIZERS[name]) == 0


@pytest.mark.parametrize(("twin", "arguments"), CLIPPINGS)
def test_gradients_are_clipped_alike(twin, arguments):
    assert gradient_difference(twin, arguments) <= twin.tolerance


@pytest.mark.parametrize(("twin", "arguments"), UPDATES)
def test_updates_are_equal_for_a_hundred_steps(twin, arguments):
    assert optimizer_difference(twin, arguments) <= twin.tolerance


@pytest.mark.parametrize(("twin", "arguments"), RATES)
def test_rates_are_equal_for_a_hundred_steps(twin, arguments):
    assert schedule_difference(twin, arguments) <= twin.tolerance


def test_names_in_the_table_are_unique_to_their_part():
    parts = (LAYERS, FUNCTIONS, NETWORKS, LANGUAGE, INITIALIZERS, CLIPPING, OPTIMIZERS, SCHEDULES)
    assert len(TWINS) == sum(map(len, parts))
