"""No schedule and no end of training: gradients at one point, steps from another, and an average that is used.

The parameters are ``y`` while training, where gradients are taken, and ``x`` after ``eval()``, the average that is
evaluated and saved; ``train()`` goes back.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from deepdive.checks import check_integer
from deepdive.scratch.optim._base import Closure, Group, MultiTensorOptimizer, States, column, number, with_decay
from deepdive.scratch.optim._checks import check_betas, check_positive, check_settings, number_of
from deepdive.scratch.optim._foreach import foreach


class _ScheduleFree(MultiTensorOptimizer):
    """``y``, ``z`` and ``x`` of which one is not kept: ``x = (y - (1 - β) z) / β``."""

    _added_later: ClassVar[dict[str, Any]] = {}

    def train(self) -> None:
        """Make the parameters ``y = (1 - β) z + β x``, at which gradients are taken."""
        self._become(True)

    def eval(self) -> None:
        """Make the parameters the average ``x``, which is evaluated and saved."""
        self._become(False)

    @torch.no_grad()
    def _become(self, training: bool) -> None:
        for group in self.param_groups:
            if group["train_mode"] != training:
                kept = [theta for theta in group["params"] if self.state.get(theta)]
                if kept:
                    z, beta = [self.state[theta]["z"] for theta in kept], self._beta(group)
                    weight = 1 - beta if training else 1 - 1 / beta
                    foreach.lerp_(kept, z, weight)
                group["train_mode"] = training

    @torch.no_grad()
    def step(self, closure: Closure = None) -> Any:
        """Update every parameter that has a gradient; ``closure``, if given, computes loss and gradients first.

        Raises:
            TypeError: a gradient is sparse.
            ValueError: the parameters are those of ``eval()``.
        """
        if not all(group["train_mode"] for group in self.param_groups):
            raise ValueError("train() must be called before step(), got parameters as eval() left them")
        loss = super().step(closure)
        for group in self.param_groups:
            group["k"] += 1
        return loss

    def _batches(self) -> Any:
        batches = list(super()._batches())
        for group in self.param_groups:
            self._weigh(group)
        return iter(batches)

    @staticmethod
    def _weigh(group: Group) -> None:
        """``c = w / Σ w`` with ``w = (k + 1)^r γ_max^weight_lr_power``, at the rate ``γ`` that the warm-up allows."""
        t, warmup = group["k"] + 1, group["warmup_steps"]
        gamma = number(group["lr"]) * min(1.0, t / warmup if warmup else 1.0)
        group["scheduled_lr"] = gamma
        group["lr_max"] = max(gamma, group["lr_max"])
        w = t ** group["r"] * group["lr_max"] ** group["weight_lr_power"]
        group["weight_sum"] += w
        group["c"] = w / group["weight_sum"] if group["weight_sum"] else 0.0

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        return {"z": theta.clone()}

    def _move(self, y: list[Tensor], direction: Sequence[Tensor], states: States, group: Group) -> None:
        """``z = z - γ u``, ``x = (1 - c) x + c z``, ``y = (1 - β) z + β x``, with ``x`` eliminated."""
        z, gamma, c, beta = column(states, "z"), group["scheduled_lr"], group["c"], self._beta(group)
        foreach.lerp_(y, z, c)
        foreach.add_(y, direction, alpha=gamma * (beta * (1 - c) - 1))
        foreach.add_(z, direction, alpha=-gamma)

    @staticmethod
    def _beta(group: Group) -> float:
        raise NotImplementedError("a subclass must define _beta")


_FRESH: Group = {"k": 0, "train_mode": True, "weight_sum": 0.0, "lr_max": 0.0, "scheduled_lr": 0.0, "c": 0.0}


class SGDScheduleFree(_ScheduleFree):
    """Schedule-free gradient descent (Defazio et al., 2024).

    ``u = g(y) + weight_decay y``, ``z = z - γ u``, ``x = (1 - c) x + c z``, ``y = (1 - momentum) z + momentum x``, with
    ``c = w / Σ w``, ``w = (t)^r γ_max^weight_lr_power`` and ``γ = lr min(1, t / warmup_steps)``. Call ``eval()`` before
    the network is evaluated or saved, ``train()`` after. Statistics of batch normalisation are those at ``y``: measure
    them anew at ``x`` before evaluating.

    >>> theta = torch.nn.Parameter(torch.tensor([2.0]))
    >>> optimizer = SGDScheduleFree([theta], lr=0.25)
    >>> theta.square().sum().backward()
    >>> optimizer.step()
    >>> optimizer.eval()
    >>> theta.item()
    1.0

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: a number is negative or NaN, or ``momentum`` not in (0, 1).
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1.0,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        warmup_steps: int = 0,
        r: float = 0.0,
        weight_lr_power: float = 2.0,
        *,
        maximize: bool = False,
    ) -> None:
        _check(lr, weight_decay, warmup_steps, r, weight_lr_power)
        check_positive(momentum=momentum)
        if not momentum < 1:
            raise ValueError(f"momentum must be below 1, got {momentum}")
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "weight_decay": weight_decay,
                "warmup_steps": warmup_steps,
                "r": r,
                "weight_lr_power": weight_lr_power,
                "maximize": maximize,
                **_FRESH,
            },
        )

    @staticmethod
    def _beta(group: Group) -> float:
        return group["momentum"]

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        self._move(theta, with_decay(g, theta, group["weight_decay"]), states, group)


class AdamWScheduleFree(_ScheduleFree):
    """Schedule-free AdamW (Defazio et al., 2024).

    ``v = β₂ v + (1 - β₂) g(y)²``, ``u = g(y) / (√(v / (1 - β₂ᵗ)) + eps) + weight_decay y``; then ``z``, ``x`` and ``y``
    as in ``SGDScheduleFree`` with ``β₁`` as momentum. Call ``eval()`` before evaluating or saving, ``train()`` after.

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: a number is negative or NaN, or betas are not two numbers in (0, 1).
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 2.5e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        warmup_steps: int = 0,
        r: float = 0.0,
        weight_lr_power: float = 2.0,
        *,
        maximize: bool = False,
    ) -> None:
        _check(lr, weight_decay, warmup_steps, r, weight_lr_power)
        check_settings(eps=eps)
        check_betas(betas, above=True)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "warmup_steps": warmup_steps,
                "r": r,
                "weight_lr_power": weight_lr_power,
                "maximize": maximize,
                **_FRESH,
            },
        )

    @staticmethod
    def _beta(group: Group) -> float:
        return number(group["betas"][0])

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        return super()._start(theta, group) | {"exp_avg_sq": torch.zeros_like(theta)}

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        v, beta2 = column(states, "exp_avg_sq"), number(group["betas"][1])
        foreach.mul_(v, beta2)
        foreach.addcmul_(v, g, g, value=1 - beta2)
        root = foreach.div(v, 1 - beta2 ** (group["k"] + 1))
        foreach.sqrt_(root)
        foreach.add_(root, group["eps"])
        u = foreach.div(g, root)
        if group["weight_decay"]:
            foreach.add_(u, theta, alpha=group["weight_decay"])
        self._move(theta, u, states, group)


def _check(lr: Any, weight_decay: Any, warmup_steps: Any, r: Any, weight_lr_power: Any) -> None:
    check_settings(lr=lr, weight_decay=weight_decay)
    check_integer("warmup_steps", warmup_steps, 0)
    number_of("r", r)
    number_of("weight_lr_power", weight_lr_power)
