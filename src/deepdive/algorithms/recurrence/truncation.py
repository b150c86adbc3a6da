"""Backpropagation through time: full, truncated, and truncated at random (D2L section 9.7.1)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from deepdive.checks import check_bounds
from deepdive.signatures import checked

State = TypeVar("State", Tensor, tuple[Tensor, ...])
"""What a recurrent step hands on: one tensor, or several, such as ``(h, c)`` of an LSTM."""


@checked
@dataclass(frozen=True)
class Truncation:
    """How much of the gradient goes back across each step: factors ``ξ_t`` on ``∂h_t/∂h_{t-1}``.

    ``full``: ``ξ_t = 1``. ``truncated``: ``ξ_t = 0`` where ``t`` is a multiple of ``length``, so the sequence falls
    into parts that learn nothing of each other; the gradient is biased towards what is near. ``randomised``:
    ``ξ_t = 1/keep`` with probability ``keep``, else 0, so that ``E[ξ_t] = 1``; the gradient is unbiased, and
    what comes from far away is the rarer, but the larger.

    Raises:
        ValueError: ``length`` is below 1, or ``keep`` is not above 0 and at most 1.

    Source: D2L section 9.7.1.3; Tallec and Ollivier, Unbiasing truncated backpropagation through time, 2017.
    """

    kind: Literal["full", "truncated", "randomised"] = "full"
    length: int = 8
    """Steps of a part (truncated)."""
    keep: int | float = 0.9
    """Probability that the gradient goes on across a step (randomised), ``π`` of D2L."""

    def __post_init__(self) -> None:
        check_bounds("length", self.length, 1)
        check_bounds("keep", self.keep, above=0, most=1)

    @checked
    def factors(self, steps: int, generator: Generator | None = None) -> Float[Tensor, " steps"]:
        """``ξ_0, ..., ξ_{steps-1}``; the first one is for the state that a sequence begins with."""
        check_bounds("steps", steps, 0)
        if self.kind == "full":
            return torch.ones(steps)
        if self.kind == "truncated":
            return (torch.arange(steps) % self.length != 0).float()
        return (torch.rand(steps, generator=generator) < self.keep).float() / self.keep


@checked
def scale_gradient(state: State, factor: int | float) -> State:
    """The state as it is, its gradient times ``factor``: ``stop(h) + ξ (h - stop(h))``, where the bracket is 0."""
    if isinstance(state, tuple):
        return tuple(scale_gradient(part, factor) for part in state)
    fixed = state.detach()
    return fixed if factor == 0 else state if factor == 1 else fixed + factor * (state - fixed)


@checked
def unroll(
    step: Callable[[Tensor, State], State],
    inputs: Float[Tensor, "steps *batch"],
    state: State,
    factors: Float[Tensor, " factors"] | None = None,
) -> list[State]:
    """``h_t = step(x_t, h_{t-1})`` for all ``t``, with the gradient across each step times its factor.

    Any recurrent step will do, and any loss of the states that come back: its ``backward`` is backpropagation through
    time of the kind that the factors say, see `Truncation`.

    Args:
        step: from the input of a step and the state before it to the state after it.
        inputs: one per step.
        state: ``h_{-1}``.
        factors: ``ξ``; all 1 if not given.

    Raises:
        ValueError: there are not as many factors as steps.
    """
    if factors is not None and len(factors) != len(inputs):
        raise ValueError(f"factors must be one for each of {len(inputs)} steps, got {len(factors)}")
    states = []
    for t, x in enumerate(inputs):
        state = step(x, state if factors is None else scale_gradient(state, float(factors[t])))
        states.append(state)
    return states
