"""What is measured before any training: how far gradients reach, what clipping and truncation make of them."""

import torch
from torch import Tensor, nn

from deepdive.algorithms.recurrence import (
    RecurrentWeights,
    Truncation,
    clip_by_norm,
    jacobian_norms,
    recurrent_backward,
    recurrent_forward,
    recurrent_step,
)

PANELS: dict[str, dict[str, dict[str, object]]] = {
    "tanh": {f"scale {s}": {"kind": "tanh", "scale": s} for s in (0.5, 1.0, 1.5)},
    "tanh, orthogonal weights": {
        f"scale {s}": {"kind": "tanh", "weights": "orthogonal", "scale": s} for s in (0.8, 1.0, 1.2)
    },
    "ReLU": {
        "scale 1.0": {"kind": "relu", "scale": 1.0},
        "scale 2.0": {"kind": "relu", "scale": 2.0},
        "identity": {"kind": "relu", "weights": "identity"},
    },
    "around the nonlinearity (skip)": {f"scale {s}": {"kind": "skip", "scale": s} for s in (0.5, 1.0)},
    "LSTM": {f"forget bias {b:g}": {"kind": "lstm", "forget": b} for b in (0.0, 2.0, 4.0)},
    "GRU": {f"keep bias {b:g}": {"kind": "gru", "forget": b} for b in (0.0, 2.0, 4.0)},
}
"""Steps whose Jacobians are multiplied, by kind."""


def reach(steps: int, *, inputs: int = 8, batch: int = 4, seed: int = 0) -> dict[str, dict[str, Tensor]]:
    """Norms of the product of Jacobians of every step of `PANELS`, ``(steps + 1, batch)`` each."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(steps, batch, inputs, generator=generator, dtype=torch.float64)
    found: dict[str, dict[str, Tensor]] = {}
    for panel, lines in PANELS.items():
        found[panel] = {}
        for name, words in lines.items():
            step, size = recurrent_step(input_size=inputs, seed=seed, **words)  # type: ignore[arg-type]
            found[panel][name] = jacobian_norms(step, x, torch.zeros(batch, size, dtype=torch.float64))
    return found


def gradient_norms(network: nn.Module, x: Tensor, y: Tensor, *, batch_size: int, most: float) -> dict[str, float]:
    """Norms of a network's gradients over batches, before and after clipping at ``most``."""
    before, after = [], []
    for a, b in zip(x.split(batch_size), y.split(batch_size), strict=True):
        loss = (network(a) - b).square().mean()
        gradients = torch.autograd.grad(loss, list(network.parameters()))
        clipped, norm = clip_by_norm(gradients, most)
        before.append(norm)
        after.append(clip_by_norm(clipped, most)[1])
    return {"median": float(torch.tensor(before).median()), "largest": max(before), "clipped": max(after)}


def truncation_rows(x: Tensor, *, hidden: int, draws: int = 400, seed: int = 0) -> list[dict[str, object]]:
    """Gradients of ``W_hh`` under each kind of truncation against the full one, for a loss of the last step.

    ``bias`` is the distance of the mean gradient from the full one and ``spread`` that of a single one from the mean,
    both by the length of the full one.
    """
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    x = x.double().transpose(0, 1)  # (steps, batch, inputs)
    steps, batch, inputs = x.shape
    weights = RecurrentWeights(normal(hidden, inputs) / 2, normal(hidden, hidden) / hidden**0.5, normal(1, hidden))
    unrolled = recurrent_forward(weights, x, torch.zeros(batch, hidden, dtype=torch.float64))
    outputs = torch.zeros_like(unrolled.outputs)
    outputs[-1] = 1 / batch

    def gradient(truncation: Truncation) -> Tensor:
        return recurrent_backward(weights, unrolled, outputs, factors=truncation.factors(steps, generator)).weights.hh

    full = gradient(Truncation())
    rows: list[dict[str, object]] = []
    for name, truncation, count in (
        ("full", Truncation(), 1),
        ("truncated, 5 steps", Truncation("truncated", length=5), 1),
        ("truncated, 20 steps", Truncation("truncated", length=20), 1),
        ("randomised, keep 0.8", Truncation("randomised", keep=0.8), draws),
        ("randomised, keep 0.95", Truncation("randomised", keep=0.95), draws),
    ):
        found = torch.stack([gradient(truncation) for _ in range(count)])
        mean = found.mean(dim=0)
        rows.append(
            {
                "gradient": name,
                "drawn": count,
                "bias": float((mean - full).norm() / full.norm()),
                "spread": float((found - mean).flatten(1).norm(dim=1).mean() / full.norm()),
            }
        )
    return rows
