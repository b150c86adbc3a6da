"""The gradients of a recurrent network, written out (D2L section 9.7.2)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.algorithms.inspection.activation_curves import activation_named
from deepdive.checks import check_dimensions, check_not_empty, check_same_shape
from deepdive.signatures import checked


@checked
@dataclass(frozen=True)
class RecurrentWeights:
    """``h_t = φ(W_hx x_t + W_hh h_{t-1})``, ``o_t = W_qh h_t``; also their gradients, in the same places."""

    hx: Float[Tensor, "hidden inputs"]
    hh: Float[Tensor, "hidden hidden"]
    qh: Float[Tensor, "outputs hidden"]


@dataclass(frozen=True)
class Unrolled:
    """All that the backward pass needs of the forward pass."""

    inputs: Float[Tensor, "steps batch inputs"]
    first: Float[Tensor, "batch hidden"]
    """``h_{-1}``."""
    before: Float[Tensor, "steps batch hidden"]
    """``z_t``, to which ``φ`` is applied."""
    hidden: Float[Tensor, "steps batch hidden"]
    """``h_t``."""
    outputs: Float[Tensor, "steps batch outputs"]
    """``o_t``."""


@dataclass(frozen=True)
class RecurrentGradients:
    """What came back."""

    weights: RecurrentWeights
    first: Float[Tensor, "batch hidden"]
    """``∂L/∂h_{-1}``."""
    hidden: Float[Tensor, "steps batch hidden"]
    """``∂L/∂h_t``."""


@checked
def recurrent_forward(
    weights: RecurrentWeights,
    inputs: Float[Tensor, "steps batch inputs"],
    first: Float[Tensor, "batch hidden"],
    activation: str = "Tanh",
) -> Unrolled:
    """``z_t = W_hx x_t + W_hh h_{t-1}``, ``h_t = φ(z_t)``, ``o_t = W_qh h_t``; all products with ``x`` at once.

    Raises:
        ValueError: an unknown activation, no step, or shapes that do not fit the weights.
    """
    phi = activation_named(activation)
    (hidden_size, input_size), batch = weights.hx.shape, len(first)
    check_not_empty("inputs", inputs)
    check_dimensions("inputs", inputs, "steps", batch, input_size)
    check_dimensions("first", first, batch, hidden_size)
    h, before, hidden = first, [], []
    for projected in inputs @ weights.hx.T:
        z = projected + h @ weights.hh.T
        h = phi.value(z)
        before.append(z)
        hidden.append(h)
    states = torch.stack(hidden)
    return Unrolled(inputs, first, torch.stack(before), states, states @ weights.qh.T)


@checked
def recurrent_backward(
    weights: RecurrentWeights,
    unrolled: Unrolled,
    outputs: Float[Tensor, "steps batch outputs"],
    activation: str = "Tanh",
    factors: Float[Tensor, " factors"] | None = None,
) -> RecurrentGradients:
    """Gradients of any loss ``L`` from those by the outputs, ``∂L/∂o_t``, last step first.

    ``∂L/∂h_t = W_qhᵀ ∂L/∂o_t + ξ_{t+1} W_hhᵀ δ_{t+1}`` with ``δ_t = φ'(z_t) ⊙ ∂L/∂h_t``; then
    ``∂L/∂W_qh = Σ_t ∂L/∂o_t h_tᵀ``, ``∂L/∂W_hx = Σ_t δ_t x_tᵀ``, ``∂L/∂W_hh = Σ_t δ_t h_{t-1}ᵀ``,
    summed over the batch.

    Args:
        weights: of the network.
        unrolled: what `recurrent_forward` gave.
        outputs: ``∂L/∂o_t``.
        activation: ``φ``.
        factors: ``ξ_t`` of `Truncation`; all 1, full backpropagation, if not given.

    Raises:
        ValueError: an unknown activation, another number of factors than of steps, or gradients of another shape than
            that of the outputs.
    """
    steps = len(unrolled.inputs)
    if factors is not None and len(factors) != steps:
        raise ValueError(f"factors must be one for each of {steps} steps, got {len(factors)}")
    check_same_shape("outputs", outputs, "what unrolled put out", unrolled.outputs)
    slopes = activation_named(activation).derivative(unrolled.before)
    xi = unrolled.before.new_ones(steps) if factors is None else factors.to(unrolled.before)
    direct = outputs @ weights.qh
    hidden, deltas = torch.empty_like(direct), torch.empty_like(direct)
    back = torch.zeros_like(unrolled.first)
    for t in reversed(range(steps)):
        hidden[t] = direct[t] + back
        deltas[t] = slopes[t] * hidden[t]
        back = xi[t] * (deltas[t] @ weights.hh)
    previous = torch.cat([unrolled.first[None], unrolled.hidden[:-1]])
    found = RecurrentWeights(
        _outer(deltas, unrolled.inputs), _outer(deltas, previous), _outer(outputs, unrolled.hidden)
    )
    return RecurrentGradients(found, back, hidden)


def _outer(left: Tensor, right: Tensor) -> Tensor:
    """``Σ_t Σ_b left_tb right_tbᵀ`` as one product."""
    return left.flatten(0, 1).T @ right.flatten(0, 1)
