"""Automatic gradients against differences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from deepdive.algorithms.calculus.differences import gradient
from deepdive.checks import check_bounds, shown, told
from deepdive.signatures import checked


@dataclass(frozen=True)
class GradientCheck:
    """The element of all inputs where the two gradients differ most, relative to ``max(1, |difference quotient|)``."""

    error: float
    tolerance: float
    argument: int
    """Which of the inputs."""
    index: tuple[int, ...]
    """Which element of it."""
    automatic: float
    numerical: float

    @property
    def ok(self) -> bool:
        """Whether the largest error is within the tolerance; not with NaN."""
        return self.error <= self.tolerance

    def __str__(self) -> str:
        verdict = "agree" if self.ok else "DIFFER"
        return (
            f"gradients {verdict}: worst at input {self.argument}, element {self.index}: automatic "
            f"{self.automatic:.9g}, numerical {self.numerical:.9g}, error {self.error:.3g} (tolerance "
            f"{self.tolerance:g})"
        )


@checked
def check_gradient(
    function: Callable[..., Tensor], inputs: Sequence[Tensor], *, tolerance: float = 1e-6
) -> GradientCheck:
    """Compare the automatic gradient of ``function(*inputs)``, a scalar, with Richardson differences (section 2.5).

    Inputs are taken in double precision. Near a kink, such as ReLU's at 0, the two differ for good reason.

    Raises:
        ValueError: there are no inputs, one is no tensor of floating point numbers, or the function is not scalar.
    """
    if not inputs or any(not x.is_floating_point() or not x.numel() for x in inputs):
        raise ValueError(
            f"inputs must be at least one tensor, each floating-point and not empty, got {', '.join(map(told, inputs))}"
        )
    check_bounds("tolerance", tolerance, above=0)
    leaves = [x.detach().double().clone().requires_grad_() for x in inputs]
    value = function(*leaves)
    if value.numel() != 1:
        raise ValueError(f"what function returns must be a scalar for check_gradient, got shape {shown(value.shape)}")
    automatic = torch.autograd.grad(value.sum(), leaves, allow_unused=True, materialize_grads=True)
    worst = GradientCheck(-1.0, tolerance, 0, (), 0.0, 0.0)
    for i, (leaf, ours) in enumerate(zip(leaves, automatic, strict=True)):
        fixed = [x.detach() for x in leaves]

        def moved(flat: Tensor, i: int = i, fixed: list[Tensor] = fixed) -> Tensor:
            return function(*fixed[:i], flat.view_as(fixed[i]), *fixed[i + 1 :]).sum()

        numerical = gradient(moved, leaf.detach().reshape(-1), method="richardson")
        errors = (ours.reshape(-1) - numerical).abs() / numerical.abs().clamp(min=1.0)
        k = int(errors.nan_to_num(nan=float("inf")).argmax())
        if not float(errors[k]) <= worst.error:
            index = tuple(int(j) for j in torch.unravel_index(torch.tensor(k), leaf.shape))
            worst = GradientCheck(
                float(errors[k]), tolerance, i, index, float(ours.reshape(-1)[k]), float(numerical[k])
            )
        if worst.error != worst.error:  # NaN cannot get worse
            break
    return worst
