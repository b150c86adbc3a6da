"""Layers that do not learn, and layers that begin to learn later."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from deepdive.training.fine_tuning.groups import Prefixes, layer_groups


def freeze(network: nn.Module, layers: Prefixes) -> list[str]:
    """Keep layers as they are: no gradients, and a task also keeps their running statistics (``freeze(net, "stem")``).

    Returns:
        The names of the parameters that are frozen now.

    Raises:
        ValueError: there are no such layers.
    """
    [group] = layer_groups(network, [layers])
    for parameter in group.values():
        parameter.requires_grad_(False)
    return list(group)


def freeze_batch_norm_statistics(network: nn.Module) -> None:
    """Put normalisation layers into evaluation mode where all around them is frozen, so that they do not drift.

    What counts are a layer's own parameters or, if it has none, those of the module around it.
    """
    for name, module in network.named_modules():
        if getattr(module, "running_mean", None) is None:
            continue
        place = name
        while place and next(network.get_submodule(place).parameters(), None) is None:
            place = place.rpartition(".")[0]
        around = list(network.get_submodule(place).parameters())
        if around and not any(p.requires_grad for p in around):
            module.eval()


@dataclass(frozen=True)
class GradualUnfreezing:
    """First the head learns, then one more group of layers every ``every`` epochs (Howard and Ruder, 2018).

    In epoch ``e = 0, 1, ...`` the last ``min(len(groups), first + ⌊e / every⌋)`` groups learn, the others do not:
    it depends on nothing but the number, so a resumed run unfreezes as the uninterrupted one does. Layers in no group
    stay as they are. The optimiser has all groups from the beginning: what has no gradient is not moved.

    >>> unfreezing = GradualUnfreezing(["conv1", "layer1", "fc"], every=2)
    >>> task = Classification(network, optimizer=SGD, unfreezing=unfreezing)  # doctest: +SKIP

    Raises:
        ValueError: ``every`` or ``first`` is less than 1; when called, a group fits no layer.
    """

    groups: Sequence[Prefixes]
    """From the input to the head."""
    every: int = 1
    """Epochs from one group to the next."""
    first: int = 1
    """Groups that learn in the first epoch."""

    def __post_init__(self) -> None:
        for name in ("every", "first"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least 1")

    def __call__(self, network: nn.Module, epoch: int) -> None:
        """Freeze and unfreeze for an epoch, counted from 0."""
        found = layer_groups(network, self.groups)
        frozen = len(found) - min(len(found), self.first + epoch // self.every)
        for i, group in enumerate(found):
            for parameter in group.values():
                parameter.requires_grad_(i >= frozen)
