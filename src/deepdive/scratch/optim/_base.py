"""What all optimisers share: groups, state, closures, and updates of all parameters of a group at once.

``foreach`` (``torch._foreach_*``) applies one operation to lists of tensors, on a GPU in a few kernels for all of them:
an equation reads as for one tensor, and its letters stand for lists.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from deepdive.checks import check_dtype, told
from deepdive.scratch.optim._foreach import foreach

Closure = Callable[[], Tensor | float] | None
Group = dict[str, Any]
States = list[dict[str, Any]]


class GroupedOptimizer(Optimizer):
    """Keeps groups of real parameters, none of them empty or overlapping."""

    _added_later: ClassVar[dict[str, Any]] = {"maximize": False}
    """Options that states of older versions lack, and what they were then."""
    _scalars: ClassVar[tuple[str, ...]] = ("step",)
    """States of one number, which older versions kept as plain ones."""

    def __init__(self, params: ParamsT, defaults: Group) -> None:
        if isinstance(params, Tensor):
            raise TypeError(f"params must be parameters or groups of them, got {told(params)}")
        params = list(params)  # pyright: ignore[reportAssignmentType]
        if not params:
            raise ValueError("params must not be empty, got no parameters and no groups")
        super().__init__(params, defaults)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            for option, value in self._added_later.items():
                group.setdefault(option, value)
        for kept in self.state.values():
            for name in self._scalars:
                if name in kept and not isinstance(kept[name], Tensor):
                    kept[name] = scalar(kept[name])

    def add_param_group(self, param_group: Group) -> None:
        """Add a group of parameters.

        Raises:
            TypeError: one is complex: the equations square numbers, not their magnitudes.
            ValueError: there is none, or one is in a group already.
        """
        known = {theta for group in self.param_groups for theta in group["params"]}
        given = param_group.get("params")
        if given is not None and not isinstance(given, set):
            param_group["params"] = given = [given] if isinstance(given, Tensor) else list(given)
            if not given:
                raise ValueError(f"params must not be empty, got none in group {len(self.param_groups)}")
            found = [pair[1] if isinstance(pair, tuple) else pair for pair in given]
            for i, theta in enumerate(found):
                if isinstance(theta, Tensor) and (theta in known or any(theta is other for other in found[:i])):
                    raise ValueError(
                        f"params must be in one group each, and once, got {told(theta)} of group "
                        f"{len(self.param_groups)} again"
                    )
        super().add_param_group(param_group)
        try:
            for theta in self.param_groups[-1]["params"]:
                check_dtype("params", theta, "real", "boolean")
                self._check_parameter(theta)
        except (TypeError, ValueError):
            del self.param_groups[-1]
            raise

    def _check_parameter(self, theta: Tensor) -> None:
        """Refuse a parameter that the equations are not for."""


class MultiTensorOptimizer(GroupedOptimizer):
    """Updates all parameters of a group that have gradients at once; a subclass says ``_start`` and ``_update``."""

    _takes_sparse = False
    _takes_dense = True

    @torch.no_grad()
    def step(self, closure: Closure = None) -> Any:
        """Update every parameter that has a gradient; ``closure``, if given, computes loss and gradients first.

        Raises:
            TypeError: a gradient is sparse and the equations are for dense ones, or the other way round.
        """
        loss = evaluate(closure)
        for given, thetas in list(self._batches()):
            group = plain(given)
            gs = [theta.grad for theta in thetas]
            if group["maximize"]:
                gs = [-g for g in gs] if thetas[0].grad.is_sparse else foreach.neg(gs)
            states = [self.state[theta] for theta in thetas]
            for theta, state in zip(thetas, states, strict=True):
                if not state:
                    state.update(self._start(theta, group))
            (self._update_sparse if gs[0].is_sparse else self._update)(thetas, gs, states, group)
        return loss

    def _batches(self) -> Iterator[tuple[Group, list[Any]]]:
        """Parameters with gradients, by group and, in it, by what one operation can take."""
        for group in self.param_groups:
            batches: dict[Any, list[Tensor]] = {}
            for theta in group["params"]:
                if (g := theta.grad) is None:
                    continue
                if g.is_sparse and not self._takes_sparse:
                    raise TypeError(f"gradients must be dense for {type(self).__name__}, got a sparse one, {told(g)}")
                if not g.is_sparse and not self._takes_dense:
                    raise TypeError(f"gradients must be sparse for {type(self).__name__}, got a dense one, {told(g)}")
                batches.setdefault((theta.device, theta.dtype, g.is_sparse), []).append(theta)
            for thetas in batches.values():
                yield group, thetas

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        """The state of a parameter before its first update."""
        raise NotImplementedError(f"{type(self).__name__} must define _start")

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        """Write new values into ``theta``; ``g`` are the directions to go against, and must not be changed."""
        raise NotImplementedError(f"{type(self).__name__} must define _update")

    def _update_sparse(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        """The same with sparse ``g``."""
        raise NotImplementedError(f"{type(self).__name__} must define _update_sparse")


def evaluate(closure: Closure) -> Tensor | float | None:
    """The loss, with gradients, if there is a closure."""
    if closure is None:
        return None
    with torch.enable_grad():
        return closure()


def column(states: States, name: str) -> list[Tensor]:
    """One entry of all states."""
    return [state[name] for state in states]


def advance(states: States) -> list[float]:
    """Count one step more, and give the numbers ``t`` of steps, which differ if a gradient was missing once."""
    steps = column(states, "step")
    foreach.add_(steps, 1.0)
    return [step.item() for step in steps]


def with_decay(g: Sequence[Tensor], theta: list[Tensor], weight_decay: int | float) -> Sequence[Tensor]:
    """``g + weight_decay θ``, the gradient with that of the penalty ``weight_decay/2 ‖θ‖²``."""
    return foreach.add(g, theta, alpha=weight_decay) if weight_decay else g


def decay_apart(theta: list[Tensor], amount: float) -> None:
    """``θ = θ - amount θ``, decoupled from the gradient (Loshchilov and Hutter, 2019)."""
    if amount:
        foreach.mul_(theta, 1 - amount)


def plain(group: Group) -> Group:
    """The options of a group, with numbers in place of tensors of one."""
    options = {name: value for name, value in group.items() if name != "params"}
    return {
        name: tuple(map(number, value)) if isinstance(value, tuple) else number(value)
        for name, value in options.items()
    }


def number(value: Any) -> Any:
    """The number itself, out of its tensor if it is in one."""
    return value.item() if isinstance(value, Tensor) else value


def scalar(value: int | float) -> Tensor:
    """A state of one number, in the precision that the library keeps it in."""
    double = torch.get_default_dtype() == torch.float64
    return torch.tensor(float(value), dtype=torch.float64 if double else torch.float32)
