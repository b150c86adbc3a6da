"""How far a from-scratch part is from its library twin: outputs, gradients, buffers."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin

from deepdive import scratch
from deepdive.proofs.nests import differentiable, mapped, tensors
from deepdive.twins import Case, GradientTwin, InitTwin, LayerTwin, Sample
from deepdive.twins.kinds import made

PASSES = 50
"""Passes in training after which layers that remember are compared."""


def pair_of(twin: LayerTwin, case: Case, dtype: torch.dtype, seed: int = 0) -> tuple[nn.Module, nn.Module, list[Any]]:
    """The library's module, ours with the same weights, and inputs: one point for all precisions."""
    generator = torch.Generator().manual_seed(seed)
    arguments = {
        key: _converted(value.draw(generator, torch.float32), dtype) if isinstance(value, Sample) else value
        for key, value in case.arguments.items()
    }
    inputs = [sample.draw(generator, torch.float32) for sample in case.inputs]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # some weights lead to ties, which rounding may break one way or the other
        theirs, ours = twin.theirs(**made(arguments, nn)), twin.ours(**made(arguments, scratch))
        if isinstance(theirs, LazyModuleMixin):
            with torch.no_grad():
                theirs(*inputs)
                ours(*inputs)
    _unsettle(theirs.to(dtype), generator)
    ours.to(dtype).load_state_dict(theirs.state_dict(), strict=True)
    return theirs, ours, [_converted(x, dtype) for x in inputs]


def _converted(value: Any, dtype: torch.dtype) -> Any:
    """The same numbers, which single precision holds, in another precision."""
    return mapped(lambda x: x.detach().to(dtype).requires_grad_(x.requires_grad) if x.is_floating_point() else x, value)


@torch.no_grad()
def _unsettle(module: nn.Module, generator: torch.Generator) -> None:
    """Other values where all are equal: a scale of 1 or a shift of 0 would not show where it is forgotten."""
    for x in [*module.parameters(), *module.buffers()]:
        if x.is_floating_point() and x.numel() and torch.equal(x, x.flatten()[0].expand_as(x)):
            x.copy_(x.float() + 0.5 * torch.rand(x.shape, generator=generator))


def layer_difference(
    twin: LayerTwin, case: Case, dtype: torch.dtype, *, compiler: str | None = None, seed: int = 0
) -> tuple[float, float]:
    """The largest difference of outputs and buffers, and of all gradients by inputs and parameters (0 if none).

    Our side is compiled as one graph by a ``compiler``: "inductor", or "aot_eager", which only finds the graph.
    """
    theirs, ours, inputs = pair_of(twin, case, dtype, seed)
    if compiler and twin.random:
        theirs.eval()
        ours.eval()
    run = torch.compile(ours, fullgraph=True, backend=compiler) if compiler else ours
    return pass_difference(run_once(ours, inputs, run), run_once(theirs, inputs))


def state_difference(twin: LayerTwin, case: Case, dtype: torch.dtype, *, seed: int = 0) -> tuple[float, float]:
    """The same in evaluation after many passes in training, and during these the largest difference of a buffer."""
    theirs, ours, inputs = pair_of(twin, case, dtype, seed)
    generator = torch.Generator().manual_seed(seed + 1)
    worst = 0.0
    for t in range(PASSES):
        with torch.no_grad():
            batch = [
                _converted(mapped(partial(torch.add, other=math.sin(t)), sample.draw(generator, torch.float32)), dtype)
                for sample in case.inputs
            ]
            theirs(*batch)
            ours(*batch)
        worst = max(worst, difference(list(ours.buffers()), list(theirs.buffers())))
    output, gradient = pass_difference(run_once(ours.eval(), inputs), run_once(theirs.eval(), inputs))
    return max(worst, output), gradient


class Pass(NamedTuple):
    """What one run forward and backward gives."""

    outputs: Any
    buffers: list[Tensor]
    """As they are after it."""
    gradients: tuple[Tensor, ...]
    """By inputs and parameters; none if no output can be differentiated."""


def run_once(module: nn.Module, inputs: list[Any], run: Callable[..., Any] | None = None) -> Pass:
    """Run a module, or what it was compiled to, from one seed, and differentiate along directions that are the same."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        outputs = (module if run is None else run)(*inputs)
    buffers = [x.clone() for x in module.buffers()]
    ys = differentiable(outputs)
    if not ys:
        return Pass(outputs, buffers, ())
    generator = torch.Generator().manual_seed(2)
    directions = [torch.randn(y.shape, generator=generator).to(y.dtype) for y in ys]
    leaves = [*differentiable(inputs), *module.parameters()]
    return Pass(outputs, buffers, torch.autograd.grad(ys, leaves, directions))


def pass_difference(a: Pass, b: Pass) -> tuple[float, float]:
    """The largest difference of outputs and buffers, and of gradients; infinite if they are of other outputs."""
    output = max(difference(a.outputs, b.outputs), difference(a.buffers, b.buffers))
    if [y.requires_grad for y in tensors(a.outputs)] != [y.requires_grad for y in tensors(b.outputs)]:
        return output, math.inf
    return output, difference(a.gradients, b.gradients)


def difference(a: Any, b: Any) -> float:
    """``max |a - b| / max(1, max |b|)``; infinite where shapes, types or non-finite values differ.

    Of nests of tensors it is the largest of any two in the same place, and infinite where the nests differ.
    """
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return _tensor_difference(a, b)
    if type(a) is not type(b):
        return math.inf
    if not isinstance(a, tuple | list):
        return 0.0 if a == b else math.inf
    return math.inf if len(a) != len(b) else max(map(difference, a, b), default=0.0)


def _tensor_difference(a: Tensor, b: Tensor) -> float:
    if a.shape != b.shape or a.dtype != b.dtype or not torch.equal(_not_finite(a), _not_finite(b)):
        return math.inf
    if a.numel() == 0:
        return 0.0
    a, b = (x.detach().nan_to_num(0.0, 0.0, 0.0) for x in (a, b))
    return float((a - b).abs().max() / b.abs().max().clamp(min=1))


def _not_finite(x: Tensor) -> Tensor:
    """Which numbers are NaN, infinite, or infinite below 0."""
    parts = torch.view_as_real(x.detach()) if x.is_complex() else x.detach()
    return torch.stack((parts.isnan(), parts == math.inf, parts == -math.inf))


def apart(a: float | int, b: float | int) -> float:
    """``|a - b|`` of plain numbers; 0 of equal ones that are not finite, infinite of others: never NaN."""
    if a == b or (math.isnan(a) and math.isnan(b)):
        return 0.0
    return abs(a - b) if math.isfinite(a) and math.isfinite(b) else math.inf


def init_difference(twin: InitTwin) -> float:
    """The largest difference of what the two sides fill into a tensor, from equal generators."""
    worst = 0.0
    for arguments in twin.arguments:
        if not twin.in_place:
            worst = max(worst, apart(twin.ours(**arguments), twin.theirs(**arguments)))
            continue
        filled = []
        for fill in (twin.ours, twin.theirs):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(0)
                filled.append(fill(torch.empty(twin.shape), **arguments))
        worst = max(worst, difference(*filled))
    return worst


def gradient_difference(twin: GradientTwin, arguments: Mapping[str, Any]) -> float:
    """The largest difference of what the two sides make of the same gradients, and of what they give back."""
    done = []
    for change in (twin.ours, twin.theirs):
        parameters = some_gradients()
        done.append((change(parameters, **arguments), [p.grad for p in parameters]))
    return difference(*done)


def some_gradients(sizes: tuple[tuple[int, ...], ...] = ((3, 4), (4,), (), (2,))) -> list[nn.Parameter]:
    """Parameters of these sizes with gradients, but for the last, which has none."""
    generator = torch.Generator().manual_seed(0)
    parameters = [nn.Parameter(torch.randn(size, generator=generator, dtype=torch.float64)) for size in sizes]
    for p in parameters[:-1]:
        p.grad = 3 * torch.randn(p.shape, generator=generator, dtype=p.dtype)
    return parameters
