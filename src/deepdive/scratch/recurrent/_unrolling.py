"""The loop over time, the same for every kind of recurrent network."""

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.scratch.recurrent._equations import Equations, State


def project(
    x: Float[Tensor, "rows inputs"], weight: Float[Tensor, "outputs inputs"], bias: Float[Tensor, " outputs"] | None
) -> Float[Tensor, "rows outputs"]:
    """``x · weightᵀ + bias``."""
    return x @ weight.T if bias is None else torch.addmm(bias, x, weight.T)


def unroll(
    equations: Equations,
    x: Float[Tensor, "rows gates"],
    sizes: list[int],
    initial: State,
    weight_hh: Float[Tensor, "gates outputs"],
    bias_hh: Float[Tensor, " gates"] | None,
    weight_hr: Float[Tensor, "outputs hidden"] | None = None,
    *,
    reverse: bool,
) -> tuple[Float[Tensor, "rows outputs"], State]:
    """One layer in one direction: ``h`` of every step, and the state of every sequence after its last step.

    ``x`` holds the projected inputs, those of the first step of all sequences, then those of the second, and so on;
    step ``t`` has ``sizes[t]`` rows, never more than the one before. Longer sequences come first, so that those which
    end are the last rows. ``weight_hr`` projects ``h`` after every step; ``reverse`` begins at the end of each
    sequence.
    """
    xs = x.split(sizes)
    weight_hh = weight_hh.to(x.dtype)  # once; autocast would do it at every step
    bias_hh = None if bias_hh is None else bias_hh.to(x.dtype)
    weight_hr = None if weight_hr is None else weight_hr.to(x.dtype)
    order = range(len(sizes) - 1, -1, -1) if reverse else range(len(sizes))
    state = tuple(s[: sizes[order[0]]] for s in initial)
    outputs, ended = [x] * len(sizes), []
    for t in order:
        n, rows = sizes[t], len(state[0])
        if n < rows:
            ended.append(tuple(s[n:] for s in state))
            state = tuple(s[:n] for s in state)
        elif n > rows:  # in reverse, shorter sequences begin later
            state = tuple(torch.cat([s, first[rows:n]]) for s, first in zip(state, initial, strict=True))
        state = equations.step(xs[t], project(state[0], weight_hh, bias_hh), state)
        if weight_hr is not None:
            state = (state[0] @ weight_hr.T, *state[1:])
        outputs[t] = state[0]
    final = tuple(torch.cat(parts) for parts in zip(state, *reversed(ended), strict=True))
    return torch.cat(outputs), final
