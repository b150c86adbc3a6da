"""Proofs that a from-scratch part equals its library twin, and what it costs; printed by ``deepdive prove``."""

import contextlib
import difflib
import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin

from deepdive.twins import TWINS, Case, FunctionTwin, InitTwin, LayerTwin, OptimizerTwin, Sample, ScheduleTwin

STEPS = 100
"""Updates over which optimisers and schedules are compared."""


@dataclass(frozen=True)
class Proof:
    """One row of the result; differences are relative to the largest value, at least 1."""

    name: str
    twin: str
    max_output_difference: float
    max_gradient_difference: float | None
    """``None`` where nothing is differentiated."""
    tolerance: float
    eager_ratio: float | None = None
    """Our CPU time on one thread by the library's; ``None`` where time does not matter."""
    compiled_ratio: float | None = None
    """The same with our side compiled."""
    reason: str = ""
    """Why there is no compiled ratio."""

    @property
    def ok(self) -> bool:
        """Whether the two sides agree."""
        return max(self.max_output_difference, self.max_gradient_difference or 0.0) <= self.tolerance


def prove(name: str | None = None) -> Iterator[Proof]:
    """Compare one name of ``deepdive.scratch``, or all, with the library; proofs come as they are made.

    Raises:
        ValueError: there is no such name; says which come close.
    """
    if name is not None and name not in TWINS:
        close = difflib.get_close_matches(name, TWINS, n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(close)}?" if close else f"; there are {', '.join(TWINS)}"
        raise ValueError(f"there is no proof named {name!r}{hint}")
    return (_prove(each) for each in ([name] if name else TWINS))


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Threads that wait for a core make times jump by whole slices of the scheduler."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@_one_thread()
def _prove(name: str) -> Proof:
    match TWINS[name]:
        case LayerTwin() as twin:
            path = "library layers" if name[0].isupper() and not hasattr(nn, name) else _path(twin.theirs)
            return _prove_layer(name, path, twin)
        case FunctionTwin() as twin:
            return _prove_layer(name, _path(twin.theirs), twin.as_layers())
        case InitTwin() as twin:
            return Proof(name, _path(twin.theirs), init_difference(twin), None, tolerance=0.0)
        case OptimizerTwin() as twin:
            difference = max(optimizer_difference(twin, arguments) for arguments in twin.arguments)
            ratio = optimizer_ratio(twin)
            return Proof(name, _path(twin.theirs), difference, None, twin.tolerance, ratio, reason="updates in place")
        case ScheduleTwin() as twin:
            difference = max(schedule_difference(twin, arguments) for arguments in twin.arguments)
            return Proof(name, _path(twin.theirs), difference, None, twin.tolerance)


def _prove_layer(name: str, path: str, twin: LayerTwin) -> Proof:
    differences = [layer_difference(twin, case, torch.float32) for case in twin.cases]
    proof = Proof(
        name,
        path,
        max(output for output, _ in differences),
        max(gradient for _, gradient in differences),
        twin.single,
    )
    theirs, ours, inputs = pair_of(twin, twin.cases[0], torch.float32)
    library = _pass(theirs, inputs, list(theirs.parameters()))
    proof = replace(proof, eager_ratio=_ratio(_pass(ours, inputs, list(ours.parameters())), library))
    try:
        compiled = _pass(torch.compile(ours, fullgraph=True), inputs, list(ours.parameters()))
        compiled()
    except Exception as error:  # no C++ compiler, or a platform without torch.compile: the proof stands without it
        return replace(proof, reason=f"torch.compile: {(str(error).strip() or type(error).__name__).splitlines()[0]}")
    finally:
        torch.compiler.reset()
    return replace(proof, compiled_ratio=_ratio(compiled, library))


def pair_of(twin: LayerTwin, case: Case, dtype: torch.dtype) -> tuple[nn.Module, nn.Module, list[Tensor]]:
    """The library's module, ours with the same weights, and inputs."""
    generator = torch.Generator().manual_seed(0)
    arguments = {
        key: value.draw(generator, dtype) if isinstance(value, Sample) else value
        for key, value in case.arguments.items()
    }
    inputs = [sample.draw(generator, dtype) for sample in case.inputs]
    with torch.random.fork_rng(devices=[]):
        theirs, ours = twin.theirs(**arguments).to(dtype), twin.ours(**arguments).to(dtype)
        if isinstance(theirs, LazyModuleMixin):
            with torch.no_grad():
                theirs(*inputs)
                ours(*inputs)
    ours.load_state_dict(theirs.state_dict(), strict=True)
    return theirs, ours, inputs


def layer_difference(twin: LayerTwin, case: Case, dtype: torch.dtype, *, compiled: bool = False) -> tuple[float, float]:
    """The largest difference of the outputs, and of all gradients by inputs and parameters (0 where there are none)."""
    theirs, ours, inputs = pair_of(twin, case, dtype)
    if compiled and twin.random:
        theirs.eval()
        ours.eval()
    run = torch.compile(ours, fullgraph=True) if compiled else ours
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        expected = theirs(*inputs)
        torch.manual_seed(1)
        result = run(*inputs)
    direction = torch.randn(expected.shape, generator=torch.Generator().manual_seed(2), dtype=dtype)
    leaves = [x for x in inputs if x.requires_grad]
    if not expected.requires_grad:
        return difference(result, expected), math.inf if result.requires_grad else 0.0
    gradients = [
        torch.autograd.grad(y, [*leaves, *module.parameters()], direction)
        for y, module in ((result, ours), (expected, theirs))
    ]
    return difference(result, expected), max(difference(a, b) for a, b in zip(*gradients, strict=True))


def difference(a: Tensor, b: Tensor) -> float:
    """``max |a - b| / max(1, max |b|)``; infinite where shapes, types or non-finite values differ."""
    if a.shape != b.shape or a.dtype != b.dtype or not torch.equal(a.isfinite(), b.isfinite()):
        return math.inf
    if a.numel() == 0:
        return 0.0
    a, b = (x.detach().nan_to_num(0.0, 0.0, 0.0) for x in (a, b))
    return float((a - b).abs().max() / b.abs().max().clamp(min=1))


def init_difference(twin: InitTwin) -> float:
    """The largest difference of what the two sides fill into a tensor, from equal generators."""
    worst = 0.0
    for arguments in twin.arguments:
        if not twin.in_place:
            worst = max(worst, abs(twin.ours(**arguments) - twin.theirs(**arguments)))
            continue
        filled = []
        for fill in (twin.ours, twin.theirs):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(0)
                filled.append(fill(torch.empty(twin.shape), **arguments))
        worst = max(worst, difference(*filled))
    return worst


def optimizer_difference(twin: OptimizerTwin, arguments: Mapping[str, Any]) -> float:
    """The largest difference of any parameter after any of the updates, with two groups of parameters."""
    sides = [_problem(make, arguments) for make in (twin.ours, twin.theirs)]
    worst = 0.0
    for t in range(STEPS):
        for parameters, optimizer in sides:
            _gradients(parameters, t)
            optimizer.step()
        worst = max(worst, *(difference(a, b) for a, b in zip(sides[0][0], sides[1][0], strict=True)))
    return worst


def schedule_difference(twin: ScheduleTwin, arguments: Mapping[str, Any]) -> float:
    """The largest difference of any learning rate or momentum at any step, on optimisers of both kinds."""
    worst = 0.0
    for make, more in ((torch.optim.SGD, {"momentum": 0.9}), (torch.optim.Adam, {})):
        optimizers = [_problem(make, more)[1] for _ in range(2)]
        schedules = [s(o, **arguments) for s, o in zip((twin.ours, twin.theirs), optimizers, strict=True)]
        for _ in range(STEPS):
            pairs = zip(*(_rates(optimizer) for optimizer in optimizers), strict=True)
            worst = max(worst, *(abs(a - b) for a, b in pairs))
            for optimizer, schedule in zip(optimizers, schedules, strict=True):
                optimizer.step()
                schedule.step()
    return worst


def optimizer_ratio(twin: OptimizerTwin) -> float:
    """Time of our update by the library's, on the parameters of a small network."""
    steps = []
    for make in (twin.ours, twin.theirs):
        parameters, optimizer = _problem(make, twin.arguments[1], sizes=((256, 784), (256,), (10, 256), (10,)))
        _gradients(parameters, 0)
        steps.append(optimizer.step)
    return _ratio(steps[0], steps[1])


def _problem(
    make: Callable[..., torch.optim.Optimizer],
    arguments: Mapping[str, Any],
    sizes: tuple[tuple[int, ...], ...] = ((3, 4), (4,), ()),
) -> tuple[list[nn.Parameter], torch.optim.Optimizer]:
    generator = torch.Generator().manual_seed(0)
    parameters = [nn.Parameter(torch.randn(size, generator=generator, dtype=torch.float64)) for size in sizes]
    groups = [{"params": parameters[:1]}, {"params": parameters[1:], "lr": 0.03, "weight_decay": 0.02}]
    return parameters, make(groups, **{"lr": 0.01, **arguments})


def _gradients(parameters: list[nn.Parameter], t: int) -> None:
    """Of a bowl that moves with ``t``, so that they change sign and size."""
    for i, parameter in enumerate(parameters):
        parameter.grad = 2 * parameter.detach() - math.sin(t / 3 + i)


def _rates(optimizer: torch.optim.Optimizer) -> list[float]:
    return [v for g in optimizer.param_groups for v in (g["lr"], g["betas"][0] if "betas" in g else g["momentum"])]


def _pass(module: Callable[..., Tensor], inputs: list[Tensor], parameters: list[nn.Parameter]) -> Callable[[], None]:
    """One run forward and backward; gradients are not added up, which would cost both sides the same."""
    leaves = [x for x in inputs if x.requires_grad] + parameters

    def run() -> None:
        y = module(*inputs)
        if leaves:
            torch.autograd.grad(y, leaves, torch.ones_like(y))

    return run


def _ratio(ours: Callable[[], object], theirs: Callable[[], object], pairs: int = 15) -> float:
    """The median of our CPU time by theirs, run in turn; each is repeated to last a millisecond or more."""
    ours()
    theirs()
    repeats = max(1, math.ceil(1e-3 / max(_seconds(theirs, 1), 1e-7)))
    return statistics.median(_seconds(ours, repeats) / _seconds(theirs, repeats) for _ in range(pairs))


def _seconds(work: Callable[[], object], repeats: int) -> float:
    """CPU time of this thread, which does not pass while other programs have the core."""
    began = time.thread_time()
    for _ in range(repeats):
        work()
    return time.thread_time() - began


def _path(twin: Any) -> str:
    return f"{twin.__module__}.{twin.__qualname__}"
