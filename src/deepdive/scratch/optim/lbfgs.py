"""Newton's method with an inverse Hessian from the last steps, for losses that can be evaluated again."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from deepdive.checks import check_integer, told
from deepdive.scratch.optim._base import GroupedOptimizer, number
from deepdive.scratch.optim._checks import check_settings
from deepdive.scratch.optim._line_search import Number, Point, StrongWolfe


class LBFGS(GroupedOptimizer):
    """Limited-memory quasi-Newton steps (Nocedal, 1980; Liu and Nocedal, 1989).

    ``d = -H g`` by the two loops over the last ``history_size`` pairs ``s = θ - θ_old`` and ``y = g - g_old``:
    ``H = (I - ρ s yᵀ) H_old (I - ρ y sᵀ) + ρ s sᵀ`` with ``ρ = 1 / (y · s)``, from ``(y · s) / (y · y) I`` on. Then
    ``θ = θ + t d``, with ``t = lr`` (at first ``min(1, 1/‖g‖₁) lr``) or, from there, by a line search with
    ``line_search_fn="strong_wolfe"``. One ``step`` makes up to ``max_iter`` iterations and ``max_eval`` evaluations of
    the closure, by default 5/4 of ``max_iter``; sparse gradients are taken as dense.

    >>> theta = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
    >>> optimizer = LBFGS([theta], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (theta - 3).square().sum()
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure).item()
    29.0
    >>> bool((theta - 3).abs().max() < 1e-5)
    True

    Raises:
        TypeError: a number is none, a parameter is complex, or a step has no closure.
        ValueError: a number is out of range, ``line_search_fn`` unknown, or there are several groups.
    """

    _added_later: ClassVar[dict[str, Any]] = {}
    _scalars = ()

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1.0,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_settings(lr=lr, tolerance_grad=tolerance_grad, tolerance_change=tolerance_change)
        check_integer("max_iter", max_iter, 1)
        check_integer("history_size", history_size, 1)
        if max_eval is None:
            max_eval = max_iter * 5 // 4
        check_integer("max_eval", max_eval, 1)
        if line_search_fn not in (None, "strong_wolfe"):
            raise ValueError(f"line_search_fn must be 'strong_wolfe' or None, got {line_search_fn!r}")
        super().__init__(
            params,
            {
                "lr": lr,
                "max_iter": max_iter,
                "max_eval": max_eval,
                "tolerance_grad": tolerance_grad,
                "tolerance_change": tolerance_change,
                "history_size": history_size,
                "line_search_fn": line_search_fn,
            },
        )

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add the one group."""
        if self.param_groups:
            raise ValueError("params must be in one group for LBFGS, got another one")
        super().add_param_group(param_group)

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor | float] | None = None) -> Any:
        """Iterate; ``closure`` computes loss and gradients, and is called again and again.

        Raises:
            TypeError: there is no closure.
        """
        if not callable(closure):
            raise TypeError(f"closure must be a function that computes loss and gradients, got {told(closure)}")
        evaluate = torch.enable_grad()(closure)
        (group,) = self.param_groups
        state = self.state[self._params[0]]  # one for all, at the first, where a loaded one finds its dtype
        if not state:
            state.update(func_evals=0, n_iter=0)
        loss = evaluate()
        evaluations, before = 1, state["func_evals"]
        state["func_evals"] = before + 1
        g = self._gradient()
        if g.abs().max() <= group["tolerance_grad"]:
            return loss
        now = float(loss)
        for i in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            d = self._direction(g, state, group["history_size"])
            lr = number(group["lr"])
            t: Number = min(1.0, 1.0 / g.abs().sum()) * lr if state["n_iter"] == 1 else lr
            state.update(d=d, t=t, prev_flat_grad=g.clone(), prev_loss=now)
            slope = g.dot(d)
            if slope > -group["tolerance_change"]:
                break
            last = i == group["max_iter"]
            if group["line_search_fn"] is not None:
                search = StrongWolfe(self._along(evaluate, d), Point(0.0, now, g, slope), d)
                found = search.search(t, group["max_eval"] - evaluations)
                t, now, g = found.t, found.loss, found.gradient
                evaluations += search.evaluations
                self._move(t, d)
                state["t"] = t
            else:
                self._move(t, d)
                if not last:  # of the last point the next step asks, perhaps on other data
                    now, g = float(evaluate()), self._gradient()
                    evaluations += 1
            state["func_evals"] = before + evaluations
            if (
                last
                or evaluations >= group["max_eval"]
                or g.abs().max() <= group["tolerance_grad"]
                or (d * t).abs().max() <= group["tolerance_change"]
                or abs(now - state["prev_loss"]) < group["tolerance_change"]
            ):
                break
        return loss

    def _direction(self, g: Tensor, state: dict[str, Any], history_size: int) -> Tensor:
        """``-H g``, with the pair of the last step."""
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return -g
        ys, ss, rhos = state["old_dirs"], state["old_stps"], state["ro"]
        y, s = g - state["prev_flat_grad"], state["d"] * state["t"]
        curvature = y.dot(s)
        if curvature > 1e-10:  # where the loss curves upwards
            for kept, new in ((ys, y), (ss, s), (rhos, 1.0 / curvature)):
                del kept[: max(0, len(kept) + 1 - history_size)]
                kept.append(new)
            state["H_diag"] = curvature / y.dot(y)
        alphas = state.setdefault("al", [None] * history_size)
        q = -g
        for i in reversed(range(len(ys))):
            alphas[i] = ss[i].dot(q) * rhos[i]
            q.add_(ys[i], alpha=-alphas[i])
        q = q * state["H_diag"]
        for i in range(len(ys)):
            beta = ys[i].dot(q) * rhos[i]
            q.add_(ss[i], alpha=alphas[i] - beta)
        return q

    @property
    def _params(self) -> list[Tensor]:
        return self.param_groups[0]["params"]

    def _gradient(self) -> Tensor:
        gradients = (torch.zeros_like(theta) if theta.grad is None else theta.grad for theta in self._params)
        return torch.cat([(g.to_dense() if g.is_sparse else g).reshape(-1) for g in gradients])

    def _parts(self, flat: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        parts = flat.split([theta.numel() for theta in self._params])
        return ((theta, part.view(theta.shape)) for theta, part in zip(self._params, parts, strict=True))

    def _move(self, t: Number, d: Tensor) -> None:
        for theta, part in self._parts(d):
            theta.add_(part, alpha=t)  # pyright: ignore[reportArgumentType]

    def _along(self, evaluate: Callable[[], Any], d: Tensor) -> Callable[[Number], tuple[float, Tensor]]:
        """Loss and gradient as functions of the step length, from where the parameters are now."""
        origin = [theta.clone() for theta in self._params]

        def at(t: Number) -> tuple[float, Tensor]:
            self._move(t, d)
            loss, gradient = float(evaluate()), self._gradient()
            for theta, before in zip(self._params, origin, strict=True):
                theta.copy_(before)
            return loss, gradient

        return at
