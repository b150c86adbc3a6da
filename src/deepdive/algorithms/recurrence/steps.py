"""Recurrent steps with random weights of a given size, to be looked at before any training."""

import math

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from deepdive.algorithms.recurrence.jacobians import Step
from deepdive.checks import check_bounds
from deepdive.signatures import checked

KINDS = ("tanh", "relu", "skip", "gru", "lstm")
WEIGHTS = ("normal", "orthogonal", "identity")


@checked
def recurrent_step(
    kind: str = "tanh",
    *,
    input_size: int = 8,
    hidden_size: int = 32,
    weights: str = "normal",
    scale: float = 1.0,
    forget: float = 0.0,
    seed: int = 0,
) -> tuple[Step, int]:
    """A recurrence in double precision, and the size of its state (an LSTM's is ``(h, c)``, side by side).

    ``tanh``, ``relu``: ``h' = φ(W x + U h)``. ``skip``: ``h' = h + tanh(W x + U h) / 10``, a connection around the
    nonlinearity. ``gru``: ``h' = z ⊙ h + (1 - z) ⊙ h̃``. ``lstm``: ``c' = f ⊙ c + i ⊙ g``, ``h' = o ⊙ tanh(c')``.

    Args:
        kind: of step.
        input_size: width of ``x``.
        hidden_size: width of ``h``.
        weights: every ``U`` is ``scale`` times a ``normal`` matrix with variance ``1 / hidden``, whose eigenvalues fill
            the unit disc; an ``orthogonal`` one, which keeps lengths; or the ``identity``. ``W`` is small and normal.
        scale: of ``U``.
        forget: added to what goes into the gate that keeps: ``f`` of an LSTM, ``z`` of a GRU.
        seed: of the weights.

    Raises:
        ValueError: an unknown ``kind`` or ``weights``, a size below 1, or a negative ``scale``.
    """
    for name, value, known in (("kind", kind, KINDS), ("weights", weights, WEIGHTS)):
        if value not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")
    check_bounds("input_size", input_size, 1)
    check_bounds("hidden_size", hidden_size, 1)
    check_bounds("scale", scale, 0)
    check_bounds("forget", forget)
    generator = Generator().manual_seed(seed)
    gates = {"gru": 3, "lstm": 4}.get(kind, 1)
    u = torch.cat([scale * _matrix(weights, hidden_size, generator) for _ in range(gates)])
    w = torch.randn(gates * hidden_size, input_size, generator=generator, dtype=torch.float64) / (
        4 * math.sqrt(input_size)
    )

    def simple(x: Tensor, h: Tensor) -> Tensor:
        z = x @ w.T + h @ u.T
        if kind == "skip":
            return h + torch.tanh(z) / 10
        return torch.relu(z) if kind == "relu" else torch.tanh(z)

    def gru(x: Tensor, h: Tensor) -> Tensor:
        (xr, xz, xn), (ur, uz, un) = (x @ w.T).chunk(3, dim=1), u.chunk(3)
        r, z = torch.sigmoid(xr + h @ ur.T), torch.sigmoid(xz + h @ uz.T + forget)
        return z * h + (1 - z) * torch.tanh(xn + (r * h) @ un.T)

    def lstm(x: Tensor, state: Tensor) -> Tensor:
        h, c = state.chunk(2, dim=1)
        i, f, g, o = (x @ w.T + h @ u.T).chunk(4, dim=1)
        c = torch.sigmoid(f + forget) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.cat([torch.sigmoid(o) * torch.tanh(c), c], dim=1)

    return {"gru": gru, "lstm": lstm}.get(kind, simple), (2 if kind == "lstm" else 1) * hidden_size


def _matrix(kind: str, size: int, generator: Generator) -> Float[Tensor, "size size"]:
    if kind == "identity":
        return torch.eye(size, dtype=torch.float64)
    if kind == "normal":
        return torch.randn(size, size, generator=generator, dtype=torch.float64) / math.sqrt(size)
    return torch.nn.init.orthogonal_(torch.empty(size, size, dtype=torch.float64), generator=generator)
