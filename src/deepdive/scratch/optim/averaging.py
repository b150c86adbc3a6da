"""An average of weights, which is often better than any of them."""

from collections.abc import Iterator
from copy import deepcopy

import torch
from torch import Tensor
from torch.nn import Module

from deepdive.checks import check_bounds
from deepdive.scratch.optim._foreach import foreach


class ExponentialMovingAverage(Module):
    """A copy of a network whose weights follow its own: ``ā = decay ā + (1 - decay) θ`` (Polyak and Juditsky, 1992).

    The first ``update_parameters`` copies. Buffers are the network's own, or with ``use_buffers`` averaged as well, but
    for counters, which are not. Statistics of batch normalisation fit the network they were measured with: average
    them, or measure them anew. A state dict is one of ``torch.optim.swa_utils.AveragedModel``, and the other way round.

    >>> network = torch.nn.Linear(1, 1)
    >>> average = ExponentialMovingAverage(network, decay=0.75)
    >>> for value in (0.0, 8.0):
    ...     _ = torch.nn.init.constant_(network.weight, value)
    ...     average.update_parameters(network)
    >>> average.module.weight.item()
    2.0

    Raises:
        TypeError: ``decay`` is no number.
        ValueError: ``decay`` is not in [0, 1], or the network to follow has other parameters.
    """

    n_averaged: Tensor

    def __init__(self, model: Module, decay: float = 0.999, *, use_buffers: bool = False) -> None:
        super().__init__()
        check_bounds("decay", decay, 0, 1)
        self.module = deepcopy(model)
        self.decay = decay
        self.use_buffers = use_buffers
        first = next(model.parameters(), None)
        self.register_buffer("n_averaged", torch.tensor(0, device=None if first is None else first.device))

    def forward(self, *args: object, **kwargs: object) -> object:
        """The averaged network's outputs."""
        return self.module(*args, **kwargs)

    @torch.no_grad()
    def update_parameters(self, model: Module) -> None:
        """Follow ``model``, which is the network given first, after a step."""
        parameters = _pairs("parameters", self.module.named_parameters(), model.named_parameters())
        buffers = _pairs("buffers", self.module.named_buffers(), model.named_buffers())
        averaged = parameters + [pair for pair in buffers if self.use_buffers and pair[0].is_floating_point()]
        if not int(self.n_averaged):
            averaged = []
        means = {mean: now.to(mean.device, mean.dtype) for mean, now in averaged}
        for mean, now in parameters + buffers:
            if mean not in means:
                mean.copy_(now)
        if means:
            foreach.lerp_(list(means), list(means.values()), 1 - self.decay)
        self.n_averaged += 1


def _pairs(
    kind: str, ours: Iterator[tuple[str, Tensor]], theirs: Iterator[tuple[str, Tensor]]
) -> list[tuple[Tensor, Tensor]]:
    means, values = dict(ours), dict(theirs)
    shapes = [{name: tuple(x.shape) for name, x in side.items()} for side in (means, values)]
    if shapes[0] != shapes[1]:
        name = next(n for n in [*shapes[0], *shapes[1]] if shapes[0].get(n) != shapes[1].get(n))
        raise ValueError(
            f"model must have the {kind} of the network that is averaged, {name} of shape {shapes[0].get(name)}, got "
            f"{shapes[1].get(name)}"
        )
    return [(mean, values[name]) for name, mean in means.items()]
