"""Optimisers (D2L chapter 12).

In the equations ``θ`` is a parameter, ``g`` its gradient and ``lr`` the learning rate. The library's base class keeps
groups and state; a state dict of one side continues on the other.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from deepdive.checks import check_dtype, check_number, check_sequence
from deepdive.scratch import schedules as lr_scheduler

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "lr_scheduler"]

Closure = Callable[[], Tensor | float] | None


class _ElementwiseOptimizer(Optimizer):
    """Updates one parameter after the other, each by a rule of its own gradient and state."""

    _added_later: ClassVar[tuple[str, ...]] = ("maximize",)
    """Options that states of older versions lack, where all were off."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            for option in self._added_later:
                group.setdefault(option, False)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group of parameters, which must be real: the equations square numbers, not their magnitudes."""
        super().add_param_group(param_group)
        try:
            for theta in self.param_groups[-1]["params"]:
                check_dtype("params", theta, "real", "boolean")
        except TypeError:
            del self.param_groups[-1]
            raise

    @torch.no_grad()
    def step(self, closure: Closure = None) -> Any:
        """Update every parameter that has a gradient; ``closure``, if given, computes loss and gradients first."""
        loss = _evaluate(closure)
        for group in self.param_groups:
            for theta in group["params"]:
                if theta.grad is not None:
                    self._update(theta, -theta.grad if group["maximize"] else theta.grad, group)
        return loss

    def _update(self, theta: Tensor, g: Tensor, group: dict[str, Any]) -> None:
        """Write the new value into ``theta``; ``g`` is the direction to go against, and must not be changed."""
        raise NotImplementedError(f"{type(self).__name__} must define _update")


class SGD(_ElementwiseOptimizer):
    """Stochastic gradient descent, perhaps with momentum (Polyak, 1964; Nesterov, 1983; Sutskever et al., 2013).

    ``g = g + weight_decay θ``, ``b = momentum b + (1 - dampening) g`` (``b = g`` at first), ``θ = θ - lr b``;
    with ``nesterov``, ``θ = θ - lr (g + momentum b)``; with ``maximize``, ``g`` starts as minus the gradient.

    Raises:
        TypeError: a number is none, or a parameter is complex.
        ValueError: a negative number or NaN, or ``nesterov`` without momentum or with dampening.
    """

    _added_later = ("maximize", "nesterov")

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        _check_settings(lr=lr, momentum=momentum, weight_decay=weight_decay)
        _number_of("dampening", dampening)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError(f"nesterov must have momentum above 0 and dampening 0, got {momentum} and {dampening}")
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
            },
        )

    def _update(self, theta: Tensor, g: Tensor, group: dict[str, Any]) -> None:
        if group["weight_decay"]:
            g = g + group["weight_decay"] * theta
        if group["momentum"]:
            b = self.state[theta].get("momentum_buffer")
            if b is None:
                b = self.state[theta]["momentum_buffer"] = g.clone()
            else:
                b.mul_(group["momentum"]).add_(g, alpha=1 - group["dampening"])
            g = g + group["momentum"] * b if group["nesterov"] else b
        theta.sub_(g, alpha=_scalar(group["lr"]))  # pyright: ignore[reportArgumentType]


class Adam(_ElementwiseOptimizer):
    """Step sizes from running means of gradients and of their squares (Kingma and Ba, 2015).

    ``g = g + weight_decay θ``, ``m = β₁ m + (1 - β₁) g``, ``v = β₂ v + (1 - β₂) g²``;
    ``m̂ = m / (1 - β₁ᵗ)``, ``v̂ = v / (1 - β₂ᵗ)``, ``θ = θ - lr m̂ / (√v̂ + eps)``;
    with ``amsgrad``, ``v̂`` comes from the largest ``v`` so far (Reddi et al., 2018).

    Raises:
        TypeError: a number is none, or a parameter is complex.
        ValueError: a negative number or NaN, or betas are not two numbers in [0, 1).
    """

    _added_later = ("maximize", "amsgrad")
    _decoupled = False

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for kept in self.state.values():
            if "step" in kept:  # states of older versions count in plain numbers
                kept["step"] = torch.as_tensor(kept["step"], dtype=torch.float32)

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        _check_settings(lr=lr, eps=eps, weight_decay=weight_decay)
        _check_betas(betas)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
            },
        )

    def _update(self, theta: Tensor, g: Tensor, group: dict[str, Any]) -> None:
        if self._decoupled:
            theta.mul_(1 - group["lr"] * group["weight_decay"])
        elif group["weight_decay"]:
            g = g + group["weight_decay"] * theta

        state = self.state[theta]
        if not state:
            state["step"] = torch.tensor(0.0)
            state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(theta), torch.zeros_like(theta)
            if group["amsgrad"]:
                state["max_exp_avg_sq"] = torch.zeros_like(theta)
        state["step"] += 1
        t, m, v = state["step"].item(), state["exp_avg"], state["exp_avg_sq"]
        beta1, beta2 = group["betas"]

        m.mul_(beta1).add_(g, alpha=1 - beta1)
        v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        if group["amsgrad"]:
            v = torch.maximum(state["max_exp_avg_sq"], v, out=state["max_exp_avg_sq"])
        root = (v / (1 - beta2**t)).sqrt_().add_(group["eps"])  # √v̂ + eps
        theta.addcdiv_(m, root, value=-_scalar(group["lr"]) / (1 - beta1**t))


class AdamW(Adam):
    """``Adam`` whose decay leaves the gradient alone: ``θ = θ - lr weight_decay θ`` (Loshchilov and Hutter, 2019).

    Raises:
        TypeError: a number is none, or a parameter is complex.
        ValueError: a negative number or NaN, or betas are not two numbers in [0, 1).
    """

    _decoupled = True

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize)


def _evaluate(closure: Closure) -> Tensor | float | None:
    if closure is None:
        return None
    with torch.enable_grad():
        return closure()


def _check_settings(**values: Any) -> None:
    for name, value in values.items():
        if not _number_of(name, value) >= 0:
            raise ValueError(f"{name} must not be negative, got {value}")


def _number_of(name: str, value: Any) -> Any:
    """A number, also that of a tensor of one, which compiled and captured steps read from where it is."""
    number = value.item() if isinstance(value, Tensor) and value.numel() == 1 else value
    check_number(name, number)
    return number


def _scalar(value: float | Tensor) -> float | Tensor:
    return value.reshape(()) if isinstance(value, Tensor) else value


def _check_betas(betas: Any) -> None:
    check_sequence("betas", betas, "2 numbers in [0, 1)")
    numbers = [_number_of(f"betas[{i}]", beta) for i, beta in enumerate(betas)]
    if len(numbers) != 2 or not all(0 <= beta < 1 for beta in numbers):
        raise ValueError(f"betas must be 2 numbers in [0, 1), got {betas}")
