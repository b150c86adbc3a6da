"""A part that is wrong is found, in whatever it is wrong; one that rounds otherwise than its twin is not wrong."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from deepdive import scratch
from deepdive.proofs import (
    difference,
    gradient_difference,
    init_difference,
    layer_difference,
    layer_excess,
    pair_of,
    rounding_difference,
    schedule_difference,
    state_difference,
)
from deepdive.twins import (
    CLIPPING,
    LAYERS,
    NETWORKS,
    Case,
    FunctionTwin,
    InitTwin,
    LayerTwin,
    Packed,
    Sample,
    ScheduleTwin,
)


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


OUTSIDE = [math.nan, math.inf, -math.inf]


@pytest.mark.parametrize("b", OUTSIDE)
@pytest.mark.parametrize("a", OUTSIDE)
def test_numbers_that_are_not_finite_are_of_three_kinds(a, b):
    expected = 0.0 if np.array_equal([a], [b], equal_nan=True) else math.inf
    for dtype in (torch.float64, torch.bfloat16):
        assert difference(torch.tensor([1.0, a], dtype=dtype), torch.tensor([1.0, b], dtype=dtype)) == expected
    imaginary = [torch.complex(torch.ones(1), torch.tensor([x])) for x in (a, b)]
    assert difference(*imaginary) == expected
    gain = InitTwin(lambda: a, lambda: b, ({},), in_place=False)
    assert init_difference(gain) == expected


@pytest.mark.parametrize(("a", "b"), [(math.nan, 0.1), (0.1, math.nan), (math.inf, -math.inf)])
def test_a_rate_that_is_not_finite_is_found(a, b):
    twin = ScheduleTwin(*(lambda o, x=x: torch.optim.lr_scheduler.LambdaLR(o, lambda t: x) for x in (a, b)), ({},))
    assert schedule_difference(twin, {}) == math.inf
    assert schedule_difference(replace(twin, ours=twin.theirs), {}) == 0


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


def slanted(make, size, dtype):
    """Layers whose gradient of a single number, the first of the last parameter, is wrong in one precision."""

    def wrong(**arguments):
        module = make(**arguments)
        *_, last = module.parameters()
        last.register_hook(slant)
        return module

    def slant(g):
        change = torch.zeros_like(g)
        change.view(-1)[0] = size
        return g + change if g.dtype == dtype else g

    return wrong


@pytest.mark.parametrize("name", ["Linear", "Conv2d", "BatchNorm2d", "GRU", "MultiheadAttention", "PReLU"])
@pytest.mark.parametrize(("dtype", "size"), [(torch.float32, 0.02), (torch.float64, 1e-8)], ids=["single", "double"])
def test_one_wrong_gradient_in_one_precision_is_found(name, dtype, size):
    twin = LAYERS[name]
    wrong = replace(twin, ours=slanted(twin.ours, size, dtype))
    for case in twin.cases[1:3]:
        assert layer_excess(wrong, case, dtype) > 1
        assert layer_excess(wrong, case, torch.float64 if dtype == torch.float32 else torch.float32) <= 1


@pytest.mark.parametrize("name", ["TransformerEncoderLayer", "TransformerEncoder", "TransformerDecoder", "LeNet"])
def test_one_wrong_gradient_is_found_where_there_are_kinks(name):
    twin = {**LAYERS, **NETWORKS}[name]
    wrong = replace(twin, ours=slanted(twin.ours, 0.02, torch.float32))
    assert layer_excess(wrong, twin.cases[1], torch.float32) > 1


class CrookedReLU(scratch.ReLU):
    """Right in value; its slope is 0.999 in single precision."""

    def forward(self, input):
        slope = 0.999 if input.dtype == torch.float32 else 1.0
        y = super().forward(input)
        return slope * y + (1 - slope) * y.detach()


def test_a_wrong_slope_beside_a_kink_is_found():
    twin = replace(LAYERS["ReLU"], ours=CrookedReLU)
    for case in twin.cases[1:]:
        assert layer_excess(twin, case, torch.float32) > 1
        assert layer_excess(twin, case, torch.float64) <= 1


KINKS = {
    "relu": torch.relu,
    "clamp": lambda z: z.clamp(-1, 0),
    "abs": torch.abs,
    "hinge": lambda z: (-z).clamp(min=0),
    "hardtanh": lambda z: nn.functional.hardtanh(z, 0.0, 1.0),
    "max": lambda z: torch.stack([z, 2 * z]).max(0).values,
    "sorted": lambda z: torch.stack([2 * z, z]).sort(0).values[0],
    "largest": lambda z: torch.stack([z, 2 * z]).topk(1, dim=0).values,
    "chosen": lambda z: torch.stack([z, 2 * z])[torch.stack([z, 2 * z]).argmax(0)],
}


class NearZero(Sample):
    """Whose sum is 2⁻²⁵, which single precision rounds to 0 in one order, and not in another."""

    def draw(self, generator, dtype):
        return torch.tensor([1.0, 2.0**-25, -1.0], dtype=dtype, requires_grad=True)


@pytest.mark.parametrize("kink", KINKS.values(), ids=KINKS)
def test_the_other_side_of_a_kink_is_no_fault(kink):
    twin = FunctionTwin(
        lambda x: kink(x[1] + (x[0] + x[2])), lambda x: kink((x[0] + x[1]) + x[2]), (Case((NearZero((3,)),)),)
    ).as_layers()
    [case] = twin.cases
    assert layer_difference(twin, case, torch.float32)[1] > 0.3
    assert layer_excess(twin, case, torch.float32) <= 1
    assert layer_excess(twin, case, torch.float64) <= 1
    wrong = replace(twin, ours=HalfMSE, theirs=nn.MSELoss)
    assert layer_excess(wrong, LAYERS["MSELoss"].cases[1], torch.float32) > 1


def test_a_wrong_output_beside_a_kink_is_found():
    twin = FunctionTwin(
        lambda x: torch.relu(x[1] + (x[0] + x[2])) + 1e-3,
        lambda x: torch.relu((x[0] + x[1]) + x[2]),
        (Case((NearZero((3,)),)),),
    ).as_layers()
    assert layer_excess(twin, twin.cases[0], torch.float32) > 1


@pytest.mark.parametrize("name", LAYERS)
def test_a_bound_is_narrow_where_a_part_is_small(name):
    twin = LAYERS[name]
    assert max(rounding_difference(twin, twin.cases[1])) < 3e-4


@pytest.mark.parametrize("name", ["TransformerEncoderLayer", "LSTM", "LazyConv2d", "BCEWithLogitsLoss"])
def test_all_precisions_are_compared_at_one_point(name):
    twin = LAYERS[name]
    single, double = (pair_of(twin, twin.cases[1], dtype) for dtype in (torch.float32, torch.float64))
    for one, other in zip(single[:2], double[:2], strict=True):
        state = other.state_dict()
        assert all(torch.equal(x.double(), state[key]) for key, x in one.state_dict().items())
    assert all(torch.equal(x.double(), y) for x, y in zip(single[2], double[2], strict=True))
