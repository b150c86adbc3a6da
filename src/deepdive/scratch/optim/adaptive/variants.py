"""Adam with another norm, another momentum, a warm-up of its own, or another second moment."""

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from deepdive.scratch.optim._base import (
    Group,
    MultiTensorOptimizer,
    States,
    advance,
    column,
    number,
    scalar,
    with_decay,
)
from deepdive.scratch.optim._checks import check_betas, check_settings
from deepdive.scratch.optim._foreach import foreach
from deepdive.scratch.optim.adaptive.adam import MomentOptimizer


class Adamax(MultiTensorOptimizer):
    """Adam with the largest gradient in place of the root of their mean square (Kingma and Ba, 2015, section 7.1).

    ``g = g + weight_decay θ``, ``m = β₁ m + (1 - β₁) g``, ``u = max(β₂ u, |g| + eps)``,
    ``θ = θ - lr / (1 - β₁ᵗ) m / u``.

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: a negative number or NaN, or betas are not two numbers in [0, 1).
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        check_settings(lr=lr, eps=eps, weight_decay=weight_decay)
        check_betas(betas)
        super().__init__(
            params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        )

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        return {"step": scalar(0.0), "exp_avg": torch.zeros_like(theta), "exp_inf": torch.zeros_like(theta)}

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        m, u, t = column(states, "exp_avg"), column(states, "exp_inf"), advance(states)
        beta1, beta2 = map(number, group["betas"])
        g = with_decay(g, theta, group["weight_decay"])
        foreach.lerp_(m, g, 1 - beta1)
        foreach.mul_(u, beta2)
        size = foreach.abs(g)
        foreach.add_(size, group["eps"])
        foreach.maximum_(u, size)
        foreach.addcdiv_(theta, m, u, [-number(group["lr"]) / (1 - beta1**k) for k in t])


class NAdam(MomentOptimizer):
    """Adam with Nesterov's momentum (Dozat, 2016).

    ``m`` and ``v`` as in ``Adam``; ``μₜ = β₁ (1 - 0.96^(t momentum_decay) / 2)``, and with
    ``Πₜ = μ₁ ... μₜ`` ``m̂ = μₜ₊₁ m / (1 - Πₜ₊₁) + (1 - μₜ) g / (1 - Πₜ)``, ``θ = θ - lr m̂ / (√v̂ + eps)``.

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: a negative number or NaN, or betas are not two numbers in [0, 1).
    """

    _scalars = ("step", "mu_product")

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        check_settings(lr=lr, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay)
        check_betas(betas)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum_decay": momentum_decay,
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
            },
        )

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        return super()._start(theta, group) | {"mu_product": scalar(1.0)}

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        t, products, lr = advance(states), column(states, "mu_product"), number(group["lr"])
        g = self._decayed(theta, g, group)
        m, v = self._moments(g, states, group)
        beta1 = number(group["betas"][0])
        mu, following = (
            [beta1 * (1 - 0.5 * 0.96 ** ((k + ahead) * group["momentum_decay"])) for k in t] for ahead in (0, 1)
        )
        foreach.mul_(products, mu)
        done = [product.item() for product in products]
        root = self._root(v, t, group)
        of_g = [-lr * (1 - now) / (1 - product) for now, product in zip(mu, done, strict=True)]
        of_m = [-lr * soon / (1 - product * soon) for soon, product in zip(following, done, strict=True)]
        foreach.addcdiv_(theta, g, root, of_g)
        foreach.addcdiv_(theta, m, root, of_m)


class RAdam(MomentOptimizer):
    """Adam that trusts ``v`` as far as its number of steps allows, which makes a warm-up needless (Liu et al., 2020).

    ``ρ∞ = 2 / (1 - β₂) - 1``, ``ρ = ρ∞ - 2 t β₂ᵗ / (1 - β₂ᵗ)``; where ``ρ > 5``,
    ``r = √((ρ - 4) (ρ - 2) ρ∞ / ((ρ∞ - 4) (ρ∞ - 2) ρ))`` and ``θ = θ - lr m̂ r √(1 - β₂ᵗ) / (√v + eps)``; before,
    ``θ = θ - lr m̂``.

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: a negative number or NaN, or betas are not two numbers in [0, 1).
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        check_settings(lr=lr, eps=eps, weight_decay=weight_decay)
        check_betas(betas)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
            },
        )

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        t, lr = advance(states), number(group["lr"])
        m, v = self._moments(self._decayed(theta, g, group), states, group)
        beta1, beta2 = map(number, group["betas"])
        limit = 2 / (1 - beta2) - 1
        rho = [limit - 2 * k * beta2**k / (1 - beta2**k) for k in t]
        early, late = ([i for i, r in enumerate(rho) if (r > 5) == trusted] for trusted in (False, True))
        if early:
            plain = foreach.mul([m[i] for i in early], [-lr / (1 - beta1 ** t[i]) for i in early])
            foreach.add_([theta[i] for i in early], plain)
        if late:
            root = foreach.sqrt([v[i] for i in late])
            foreach.add_(root, group["eps"])
            sizes = [
                -lr * _rectification(rho[i], limit) * math.sqrt(1 - beta2 ** t[i]) / (1 - beta1 ** t[i]) for i in late
            ]
            foreach.addcdiv_([theta[i] for i in late], [m[i] for i in late], root, sizes)


def _rectification(rho: float, limit: float) -> float:
    return math.sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho))


class Yogi(MomentOptimizer):
    """Adam whose ``v`` moves by amounts that do not depend on ``v``, so never falls fast (Zaheer et al., 2018).

    ``m`` as in ``Adam``; ``v = v - (1 - β₂) sign(v - g²) g²``, and, corrected as there, ``θ = θ - lr m̂ / (√v̂ + eps)``.
    ``m`` starts at 0 and ``v`` at ``initial_accumulator_value``; ``decoupled_weight_decay`` as in ``AdamW``.

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: a negative number or NaN, or betas are not two numbers in [0, 1).
    """

    _added_later: ClassVar[dict[str, Any]] = {}

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-3,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 1e-6,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        check_settings(lr=lr, eps=eps, weight_decay=weight_decay, initial_accumulator_value=initial_accumulator_value)
        check_betas(betas)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
            },
        )

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        state = super()._start(theta, group)
        state["exp_avg_sq"].fill_(group["initial_accumulator_value"])
        return state

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        m, v, t = column(states, "exp_avg"), column(states, "exp_avg_sq"), advance(states)
        beta1, beta2 = map(number, group["betas"])
        g = self._decayed(theta, g, group)
        foreach.lerp_(m, g, 1 - beta1)
        square = foreach.mul(g, g)
        sign = foreach.sub(v, square)
        foreach.sign_(sign)
        foreach.addcmul_(v, sign, square, value=beta2 - 1)
        self._move(theta, m, self._root(v, t, group), t, group)
