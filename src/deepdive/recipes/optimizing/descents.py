"""One linear model, learnt by three ways of writing the same step (D2L section 12.5)."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

Rows = tuple[Float[Tensor, "rows features"], Float[Tensor, " rows"]]


@dataclass(frozen=True)
class Descent:
    """Loss over all rows after each epoch, and seconds of learning until then, without those of measuring."""

    losses: tuple[float, ...]
    seconds: tuple[float, ...]

    @property
    def epoch_seconds(self) -> float:
        """Of the fastest epoch: others may have shared the machine."""
        return min(after - before for before, after in zip((0.0, *self.seconds), self.seconds, strict=False))


def scaled_loss(w: Float[Tensor, " features"], b: Tensor, rows: Rows) -> float:
    """``½ mean (x w + b - y)²`` of standardised rows."""
    x, y = rows
    return float((x @ w + b - y).square().mean() / 2)


def loop(rows: Rows, batch_size: int, lr: float, epochs: int, seed: int) -> Descent:
    """As courses write it: batches put together example by example, automatic differentiation, an update by hand."""
    x, y = rows
    w, b = _begin(x, seed)
    w.requires_grad_()
    b.requires_grad_()

    def epoch(order: Tensor) -> None:
        examples = order.tolist()
        for i in range(0, len(examples), batch_size):
            chosen = examples[i : i + batch_size]
            batch = torch.stack([x[j] for j in chosen]), torch.stack([y[j] for j in chosen])
            loss = (batch[0] @ w + b - batch[1]).square().mean() / 2
            gradients = torch.autograd.grad(loss, (w, b))
            with torch.no_grad():
                for theta, g in zip((w, b), gradients, strict=True):
                    theta -= lr * g

    return _run(epoch, lambda: scaled_loss(w.detach(), b.detach(), rows), rows, epochs, seed)


def vectorized(rows: Rows, batch_size: int, lr: float, epochs: int, seed: int) -> Descent:
    """From scratch: ``r = x w + b - y``, ``w = w - lr xᵀr / n``, ``b = b - lr Σ r / n``, by slices."""
    x, y = rows
    w, b = _begin(x, seed)

    def epoch(order: Tensor) -> None:
        shuffled = x[order], y[order]
        for xs, ys in zip(*(each.split(batch_size) for each in shuffled), strict=True):
            r = torch.addmv(b - ys, xs, w)
            w.addmv_(xs.T, r, alpha=-lr / len(r))
            b.sub_(r.mean(), alpha=lr)

    return _run(epoch, lambda: scaled_loss(w, b, rows), rows, epochs, seed)


def library(rows: Rows, batch_size: int, lr: float, epochs: int, seed: int) -> Descent:
    """``torch.nn.Linear``, ``torch.nn.MSELoss`` and ``torch.optim.SGD``, by slices of a shuffled copy."""
    x, y = rows
    w, b = _begin(x, seed)
    network, loss = nn.Linear(x.shape[1], 1), nn.MSELoss()
    with torch.no_grad():
        network.weight.copy_(w)
        network.bias.copy_(b)
    optimizer = torch.optim.SGD(network.parameters(), lr=lr)

    def epoch(order: Tensor) -> None:
        shuffled = x[order], y[order].unsqueeze(1)
        for xs, ys in zip(*(each.split(batch_size) for each in shuffled), strict=True):
            optimizer.zero_grad()
            (loss(network(xs), ys) / 2).backward()
            optimizer.step()

    return _run(epoch, lambda: scaled_loss(network.weight.detach()[0], network.bias.detach(), rows), rows, epochs, seed)


WAYS: Mapping[str, Callable[[Rows, int, float, int, int], Descent]] = {
    "loop": loop,
    "vectorized": vectorized,
    "library": library,
}


def _begin(x: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """The same weights for all ways."""
    generator = torch.Generator().manual_seed(seed)
    return 0.01 * torch.randn(x.shape[1], generator=generator), torch.zeros(())


def _run(epoch: Callable[[Tensor], None], measure: Callable[[], float], rows: Rows, epochs: int, seed: int) -> Descent:
    generator = torch.Generator().manual_seed(seed)
    losses, seconds, taken = [], [], 0.0
    for _ in range(epochs):
        order = torch.randperm(len(rows[0]), generator=generator)
        began = time.perf_counter()
        epoch(order)
        taken += time.perf_counter() - began
        losses.append(measure())
        seconds.append(taken)
    return Descent(tuple(losses), tuple(seconds))
