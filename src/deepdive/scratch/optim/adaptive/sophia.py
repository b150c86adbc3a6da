"""A light second-order method: steps by an estimate of the curvature, clipped where that is small or negative."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from deepdive.checks import check_integer
from deepdive.scratch.optim._base import Group, MultiTensorOptimizer, States, column, decay_apart, number
from deepdive.scratch.optim._checks import check_betas, check_positive, check_settings
from deepdive.scratch.optim._foreach import foreach


class SophiaG(MultiTensorOptimizer):
    """Momentum divided by the diagonal of the Gauss-Newton matrix, and clipped (Liu et al., 2023, algorithm 3).

    ``m = β₁ m + (1 - β₁) g``, ``θ = θ - lr weight_decay θ - lr clip(m / max(rho h, eps), -1, 1)``; every ten steps
    or so ``update_hessian`` makes ``h = β₂ h + (1 - β₂) B ĝ²`` of gradients ``ĝ`` of the mean loss over ``B`` examples
    on labels that are drawn from the network's own predictions (Gauss-Newton-Bartlett).

    >>> theta = torch.nn.Parameter(torch.zeros(2))
    >>> optimizer = SophiaG([theta], lr=0.1, weight_decay=0.0)
    >>> logits = theta.expand(8, 2)
    >>> drawn = torch.distributions.Categorical(logits=logits.detach()).sample()
    >>> torch.nn.functional.cross_entropy(logits, drawn).backward()
    >>> optimizer.update_hessian(batch_size=8)
    >>> optimizer.zero_grad()

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: a negative number or NaN, ``rho`` or ``eps`` of 0, or betas are not two numbers in [0, 1).
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-4,
        betas: tuple[float, float] = (0.965, 0.99),
        rho: float = 0.04,
        weight_decay: float = 0.1,
        eps: float = 1e-12,
        *,
        maximize: bool = False,
    ) -> None:
        check_settings(lr=lr, weight_decay=weight_decay)
        check_positive(rho=rho, eps=eps)
        check_betas(betas)
        super().__init__(
            params,
            {"lr": lr, "betas": betas, "rho": rho, "weight_decay": weight_decay, "eps": eps, "maximize": maximize},
        )

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        return {"exp_avg": torch.zeros_like(theta), "hessian": torch.zeros_like(theta)}

    @torch.no_grad()
    def update_hessian(self, batch_size: int) -> None:
        """Take the present gradients as ``ĝ``, those of the mean over ``batch_size`` examples (or tokens).

        Raises:
            TypeError: ``batch_size`` is no integer, or a gradient is sparse.
            ValueError: ``batch_size`` is below 1.
        """
        check_integer("batch_size", batch_size, 1)
        for group, thetas in list(self._batches()):
            states = [self.state[theta] for theta in thetas]
            for theta, state in zip(thetas, states, strict=True):
                if not state:
                    state.update(self._start(theta, group))
            h, beta2 = column(states, "hessian"), number(group["betas"][1])
            drawn = [theta.grad for theta in thetas]
            foreach.mul_(h, beta2)
            foreach.addcmul_(h, drawn, drawn, value=(1 - beta2) * batch_size)

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        m, h, lr = column(states, "exp_avg"), column(states, "hessian"), number(group["lr"])
        foreach.lerp_(m, g, 1 - number(group["betas"][0]))
        decay_apart(theta, lr * group["weight_decay"])
        bound = foreach.mul(h, group["rho"])
        foreach.clamp_min_(bound, group["eps"])
        ratio = foreach.div(m, bound)
        foreach.clamp_min_(ratio, -1.0)
        foreach.clamp_max_(ratio, 1.0)
        foreach.add_(theta, ratio, alpha=-lr)
