"""How far from-scratch optimisers and schedules are from their library twins, update by update."""

import math
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, Literal

import torch
from torch import Tensor, nn

from deepdive import scratch
from deepdive.proofs.differences import apart, difference
from deepdive.twins import OptimizerTwin, ScheduleTwin

STEPS = 100
"""Updates over which optimisers and schedules are compared."""

Problem = Literal["groups", "matrices", "rows", "closure"]
Sizes = tuple[tuple[int, ...], ...]


def optimizer_difference(
    twin: OptimizerTwin,
    arguments: Mapping[str, Any],
    dtype: torch.dtype = torch.float64,
    *,
    swap_at: int | None = None,
    steps: int = STEPS,
) -> float:
    """The largest difference of any parameter after any of the updates.

    At the step ``swap_at`` both sides are thrown away, and new optimisers go on from the state of the other side.
    """
    makes = (twin.ours, twin.theirs)
    sides = [small_problem(make, arguments, problem=twin.problem, dtype=dtype) for make in makes]
    worst = 0.0
    for t in range(steps):
        if t == swap_at:
            sides = _swapped(sides, makes, arguments, twin.problem, dtype)
        for parameters, optimizer in sides:
            small_step(parameters, optimizer, t, twin.problem)
        worst = max(worst, *(difference(a, b) for a, b in zip(sides[0][0], sides[1][0], strict=True)))
    return worst


def _swapped(sides: Any, makes: Any, arguments: Mapping[str, Any], problem: Problem, dtype: torch.dtype) -> Any:
    fresh = [small_problem(make, arguments, problem=problem, dtype=dtype) for make in makes]
    for (new, optimizer), (old, _), (_, other) in zip(fresh, sides, reversed(sides), strict=True):
        for theta, value in zip(new, old, strict=True):
            theta.data.copy_(value.detach())
        optimizer.load_state_dict(other.state_dict())
    return fresh


def small_problem(
    make: Callable[..., torch.optim.Optimizer],
    arguments: Mapping[str, Any],
    sizes: Sizes = ((3, 4), (4,), (), (4, 2)),
    problem: Problem = "groups",
    dtype: torch.dtype = torch.float64,
) -> tuple[list[nn.Parameter], torch.optim.Optimizer]:
    """Parameters of these sizes, or the matrices among them, and an optimiser that has them in two groups, or one."""
    generator = torch.Generator().manual_seed(0)
    if problem in ("matrices", "rows"):
        sizes = tuple(size for size in sizes if len(size) == 2)
    drawn = [torch.randn(size, generator=generator, dtype=torch.float64).to(dtype) for size in sizes]
    parameters = [nn.Parameter(value) for value in drawn]
    if problem == "closure":
        return parameters, make(parameters, **arguments)
    groups = [{"params": parameters[:1]}, {"params": parameters[1:], "lr": 0.03, "weight_decay": 0.02}]
    if problem == "rows":
        groups[1].pop("weight_decay")
    return parameters, make(groups, **{"lr": 0.01, **arguments})


def small_step(
    parameters: list[nn.Parameter], optimizer: torch.optim.Optimizer, t: int, problem: Problem = "groups"
) -> None:
    """One update, by gradients of a bowl that moves with ``t``, so that they change sign and size."""
    if problem == "closure":
        optimizer.step(lambda: _loss(parameters, t))  # pyright: ignore[reportArgumentType, reportCallIssue]
        return
    set_gradients(parameters, t, rows=problem == "rows")
    optimizer.step()


def set_gradients(parameters: list[nn.Parameter], t: int, *, rows: bool = False) -> None:
    """Those of the bowl; with ``rows``, sparse ones of two rows, of which one is named twice."""
    for i, parameter in enumerate(parameters):
        gradient = 2 * parameter.detach() - math.sin(t / 3 + i)
        if rows:
            indices = torch.tensor([t % len(gradient), (t + i + 1) % len(gradient), t % len(gradient)])
            gradient = torch.sparse_coo_tensor(indices[None], gradient[indices], gradient.shape, check_invariants=True)
        parameter.grad = gradient


def _loss(parameters: list[nn.Parameter], t: int) -> Tensor:
    """Of a bowl that is steep in some directions and no parabola, with its gradients."""
    loss = torch.zeros((), dtype=parameters[0].dtype)
    for i, parameter in enumerate(parameters):
        parameter.grad = None
        steep = torch.arange(1, parameter.numel() + 1, dtype=parameter.dtype).view(parameter.shape)
        loss = loss + (steep * parameter**2 + parameter**4 / 4 - math.sin(t / 3 + i) * parameter).sum()
    loss.backward()
    return loss.detach()


def schedule_difference(twin: ScheduleTwin, arguments: Mapping[str, Any]) -> float:
    """The largest difference of any learning rate or momentum at any step, on optimisers of both kinds."""
    packages = (scratch.optim.lr_scheduler, torch.optim.lr_scheduler)
    worst = 0.0
    for make, more in ((torch.optim.SGD, {"momentum": 0.9}), (torch.optim.Adam, {})):
        optimizers = [small_problem(make, more)[1] for _ in range(2)]
        schedules = [
            make_schedule(kind, package, optimizer, arguments)
            for kind, package, optimizer in zip((twin.ours, twin.theirs), packages, optimizers, strict=True)
        ]
        for t in range(STEPS):
            pairs = zip(*(_rates(optimizer) for optimizer in optimizers), strict=True)
            worst = max(worst, *(apart(a, b) for a, b in pairs))
            for optimizer, schedule in zip(optimizers, schedules, strict=True):
                optimizer.step()
                schedule.step(*(() if twin.metric is None else (twin.metric(t),)))
    return worst


def make_schedule(
    kind: Callable[..., Any], package: ModuleType, optimizer: torch.optim.Optimizer, arguments: Mapping[str, Any]
) -> Any:
    """A schedule, its members among ``arguments`` made first."""
    if "schedulers" not in arguments:
        return kind(optimizer, **arguments)
    members = [getattr(package, name)(optimizer, **own) for name, own in arguments["schedulers"]]
    return kind(optimizer=optimizer, **{**arguments, "schedulers": members})


def _rates(optimizer: torch.optim.Optimizer) -> list[float]:
    return [v for g in optimizer.param_groups for v in (g["lr"], g["betas"][0] if "betas" in g else g["momentum"])]
