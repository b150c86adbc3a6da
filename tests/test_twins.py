"""Every from-scratch part equals its library twin: numbers, gradients, state, signature, words."""

import inspect
import typing
from dataclasses import replace

import pytest
import torch
from torch import nn

from deepdive import scratch
from deepdive.proofs import (
    difference,
    gradient_difference,
    init_difference,
    layer_difference,
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
    Case,
    LayerTwin,
    Packed,
    Sample,
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
    assert set(PUBLIC) == names | {"init.calculate_gain"}


def _is_own(value, module):
    return inspect.isfunction(value) and value.__module__.startswith(module.__name__) and value.__name__[0] != "_"


def test_containers_are_the_librarys_own():
    for name in scratch.CONTAINERS:
        assert getattr(scratch, name) is getattr(nn, name)


@pytest.mark.parametrize(("twin", "case"), CASES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["single", "double"])
def test_outputs_and_gradients_are_equal(twin, case, dtype):
    tolerance = twin.single if dtype == torch.float32 else twin.double
    assert max(layer_difference(twin, case, dtype)) <= tolerance


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


class HalfMSE(scratch.MSELoss):
    def forward(self, input, target):
        return super().forward(input, target) / 2


class DetachedReLU(scratch.ReLU):
    def forward(self, input):
        return super().forward(input.detach()) + 0 * input


class Unscaled(scratch.LayerNorm):
    def scaled(self, x_hat, shape):
        return x_hat + 0 * super().scaled(x_hat, shape)


class BiasedBatchNorm(scratch.BatchNorm2d):
    """Remembers the biased variance."""

    def _track(self, m, v, n):
        super()._track(m, v * (n - 1) / n, n)


class UnscaledBatchNorm(scratch.BatchNorm2d):
    def scaled(self, x_hat, shape):
        y = super().scaled(x_hat, shape)
        return y if self.training else x_hat + 0 * y


class ForgetfulBatchNorm(scratch.BatchNorm2d):
    """Right for ten passes."""

    def _track(self, m, v, n):
        if self.num_batches_tracked < 10:
            super()._track(m, v, n)


class OtherCell(scratch.LSTM):
    """Right but for the second part of its state."""

    def forward(self, input, hx=None):
        output, (h, c) = super().forward(input, hx)
        return output, (h, 1.1 * c)


class DetachedCell(scratch.LSTM):
    def forward(self, input, hx=None):
        output, (h, c) = super().forward(input, hx)
        return output, (h, c.detach() + 0 * c)


class Unsorted(scratch.GRU):
    """Gives the states of a packed sequence in the order of its lengths."""

    def forward(self, input, hx=None):
        return super().forward(input._replace(sorted_indices=None, unsorted_indices=None), hx)


@pytest.mark.parametrize(("wrong", "which"), [(OtherCell, 0), (DetachedCell, 1)], ids=["output", "gradient"])
def test_a_layer_that_is_wrong_in_its_state_alone_is_found(wrong, which):
    twin = replace(LAYERS["LSTM"], ours=wrong)
    assert layer_difference(twin, twin.cases[1], torch.float64)[which] > 0.01


def test_a_packed_sequence_in_another_order_is_found():
    twin = replace(LAYERS["GRU"], ours=Unsorted)
    packed = next(case for case in twin.cases if isinstance(case.inputs[0], Packed))
    assert layer_difference(twin, packed, torch.float64)[0] > 0.01


@pytest.mark.parametrize(
    ("wrong", "name", "which"), [(HalfMSE, "MSELoss", 0), (DetachedReLU, "ReLU", 1)], ids=["output", "gradient"]
)
def test_a_wrong_twin_is_found(wrong, name, which):
    twin = replace(LAYERS[name], ours=wrong)
    assert layer_difference(twin, twin.cases[1], torch.float64)[which] > 0.01


def test_a_layer_that_remembers_something_else_is_found():
    twin, case = LAYERS["BatchNorm2d"], LAYERS["BatchNorm2d"].cases[1]
    assert layer_difference(replace(twin, ours=BiasedBatchNorm), case, torch.float64)[0] > 1e-4
    for wrong in (UnscaledBatchNorm, ForgetfulBatchNorm):
        assert layer_difference(replace(twin, ours=wrong), case, torch.float64)[0] < 1e-10
        assert state_difference(replace(twin, ours=wrong), case, torch.float64)[0] > 0.01


def test_a_forgotten_scale_is_found():
    twin = replace(LAYERS["LayerNorm"], ours=Unscaled)
    assert layer_difference(twin, twin.cases[1], torch.float64)[0] > 0.01


def test_a_twin_with_other_parameters_does_not_load():
    twin = LayerTwin(scratch.PReLU, nn.Identity, (Case((Sample((3, 4)),)),))
    with pytest.raises(RuntimeError, match="Missing key"):
        pair_of(twin, twin.cases[0], torch.float32)


def test_difference_sees_shape_type_and_infinity():
    x = torch.zeros(2)
    assert difference(x, x) == 0
    assert difference(x, x[:1]) == difference(x, x.double()) == difference(x / 0, x) == float("inf")


def test_difference_of_nests_is_that_of_any_two_in_one_place():
    x, y = torch.zeros(2), torch.tensor([0.0, 0.5])
    assert difference((x, [x, None]), (x, [y, None])) == 0.5
    assert difference((x, x), (x,)) == difference((x,), [x]) == difference((x, None), (x, x)) == float("inf")
    assert difference((), ()) == 0


def lopsided(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(-clip_value / 2, clip_value)


def test_a_clipping_that_differs_is_found():
    twin = CLIPPING["utils.clip_grad_value_"]
    assert gradient_difference(replace(twin, ours=lopsided), twin.arguments[0]) > 0.01


def test_names_in_the_table_are_unique_to_their_part():
    parts = (LAYERS, FUNCTIONS, NETWORKS, LANGUAGE, INITIALIZERS, CLIPPING, OPTIMIZERS, SCHEDULES)
    assert len(TWINS) == sum(map(len, parts))
