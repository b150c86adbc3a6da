"""How far a gradient reaches: the product of the Jacobians of the steps, against the distance."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.checks import check_not_empty, check_same_shape
from deepdive.signatures import checked

Step = Callable[[Tensor, Tensor], Tensor]
"""From inputs ``(batch, inputs)`` and states ``(batch, size)`` to states; examples do not look at each other."""


@checked
def step_jacobians(
    step: Step, inputs: Float[Tensor, "n inputs"], states: Float[Tensor, "n size"]
) -> Float[Tensor, "n size size"]:
    """``J_nij = ∂h'_ni / ∂h_nj`` of ``h' = step(x, h)``, all at once."""
    with torch.enable_grad():
        h = states.detach().requires_grad_()
        after = step(inputs, h)
        check_same_shape("what step gives", after, "states", states)
        size = after.shape[1]
        unit = torch.eye(size).to(after)[:, None, :].expand(size, *after.shape)  # one per element of the new state
        [rows] = torch.autograd.grad(after, h, unit, is_grads_batched=True)
    return rows.transpose(0, 1).detach()


@checked
def jacobian_norms(
    step: Step, inputs: Float[Tensor, "steps batch inputs"], first: Float[Tensor, "batch size"]
) -> Float[Tensor, "distances batch"]:
    """``‖∂h_T/∂h_{T-k}‖₂ = ‖J_T J_{T-1} ··· J_{T-k+1}‖₂`` for ``k = 0, ..., steps``, the largest singular value.

    By so much the gradient of the last state is stretched at most on its way ``k`` steps back: growth means that it
    explodes, decay that it vanishes, at a rate that is steady (D2L section 9.7.1; Bengio et al., 1994).

    Args:
        step: the recurrence, one tensor of state.
        inputs: one batch per step.
        first: ``h_0``.
    """
    check_not_empty("inputs", inputs)
    with torch.no_grad():
        states = [first]
        for x in inputs:
            states.append(step(x, states[-1]))
    steps, batch, size = *inputs.shape[:2], first.shape[1]
    flat = torch.stack(states[:-1]).flatten(0, 1)  # (steps · batch, size)
    jacobians = step_jacobians(step, inputs.flatten(0, 1), flat).unflatten(0, (steps, batch))
    product = torch.eye(size).to(first).expand(batch, size, size)
    products = [product]
    for t in reversed(range(steps)):
        product = product @ jacobians[t]
        products.append(product)
    # a product that has left the range of numbers has an infinite norm, not an undefined one
    stacked = torch.stack(products)
    finite = stacked.isfinite().all(dim=(2, 3))
    norms = torch.linalg.matrix_norm(torch.where(finite[..., None, None], stacked, 0.0), ord=2)
    return torch.where(finite, norms, torch.inf)
