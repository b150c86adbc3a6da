"""A network as an ordered list of groups of layers, and groups of parameters that learn at rates of their own."""

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.optim.optimizer import ParamsT

ParameterGroup = dict[str, Any]
"""Parameters under ``params`` and what the optimiser does with them, e.g. their ``lr``."""

Prefixes = str | Sequence[str]
"""The layers of one group: where the names of their parameters begin, e.g. ``"layer1"`` or ``("conv1", "bn1")``."""


def layer_groups(network: nn.Module, groups: Sequence[Prefixes]) -> list[dict[str, nn.Parameter]]:
    """The parameters of each group by name, in the order of ``groups``; what no group names is left out.

    A prefix is a path of modules, so ``layer1`` is not the beginning of ``layer10.weight``. The longest one decides:
    ``["features", "features.7"]`` are two groups without overlap.

    >>> [list(group) for group in layer_groups(nn.Sequential(nn.Linear(1, 2), nn.Linear(2, 1)), ["0", "1"])]
    [['0.weight', '0.bias'], ['1.weight', '1.bias']]

    Raises:
        ValueError: there is no group, a prefix is given twice, or one fits no parameter; names the nearest ones.
    """
    if not groups:
        raise ValueError("groups is empty; there must be at least one group of layers")
    places: dict[str, int] = {}
    for i, group in enumerate(groups):
        for prefix in [group] if isinstance(group, str) else group:
            path = prefix.rstrip(".")
            if path in places:
                raise ValueError(f"groups has the layers {path!r} twice")
            places[path] = i
    found: list[dict[str, nn.Parameter]] = [{} for _ in groups]
    used = set()
    for name, parameter in network.named_parameters():
        path = name
        while path and path not in places:
            path = path.rpartition(".")[0]
        if path:
            found[places[path]][name] = parameter
            used.add(path)
    for path in places.keys() - used:
        names = [
            name for name, module in network.named_modules() if name and next(module.parameters(), None) is not None
        ]
        near = difflib.get_close_matches(path, names, n=3) or names[:5]
        raise ValueError(
            f"groups has the layers {path!r}, but {type(network).__name__} has no parameters of its own there; "
            f"near: {', '.join(near)}"
        )
    return found


@dataclass(frozen=True)
class DiscriminativeRates:
    """Groups of layers that learn the slower the farther they are from the head (Howard and Ruder, 2018).

    ``lr_d = lr decay^d`` with the depth ``d`` counted from the head, which is the last of ``groups`` and has ``d = 0``.
    The head comes first among the parameter groups. Frozen parameters are left out; every other one must be in a group.

    >>> rates = DiscriminativeRates(["conv1", "layer1", "fc"], lr=0.1, layer_lr_decay=0.5)
    >>> task = Classification(network, optimizer=SGD, parameter_groups=rates)  # doctest: +SKIP

    Raises:
        ValueError: ``lr`` or ``layer_lr_decay`` is out of its range; when called, a group fits no layer, a parameter
            that learns is in none, or nothing learns.
    """

    groups: Sequence[Prefixes]
    """From the input to the head."""
    lr: int | float
    """Of the head; a schedule starts each group from its own."""
    layer_lr_decay: int | float = 1 / 2.6
    """From each group to the next one towards the input: above 0, at most 1."""

    def __post_init__(self) -> None:
        if not 0 <= self.lr < math.inf:
            raise ValueError(f"lr is {self.lr}; it must be from 0 up, and finite")
        if not 0 < self.layer_lr_decay <= 1:
            raise ValueError(f"layer_lr_decay must be above 0 and at most 1, got {self.layer_lr_decay}")

    def __call__(self, network: nn.Module) -> list[ParameterGroup]:
        """Parameter groups for an optimiser, each with its ``lr``."""
        found = layer_groups(network, self.groups)
        grouped = {name for group in found for name in group}
        missing = [name for name, p in network.named_parameters() if p.requires_grad and name not in grouped]
        if missing:
            raise ValueError(
                f"{', '.join(missing[:10])} of {type(network).__name__} are in no group; freeze or add them"
            )
        made = [
            {"params": learnt, "lr": self.lr * self.layer_lr_decay**depth}
            for depth, group in enumerate(reversed(found))
            if (learnt := [p for p in group.values() if p.requires_grad])
        ]
        if not made:
            raise ValueError(f"every parameter of {type(network).__name__} is frozen; there is nothing to learn")
        return made


def without_decay_of_vectors(params: ParamsT) -> list[ParameterGroup]:
    """The same parameters or groups, with what has at most one dimension in groups of their own, without weight decay.

    Those are biases and the scales and shifts of normalisation: weight decay is meant for the weights of products,
    and would pull a scale to 0 (Goyal et al., 2017, section 5.3).
    """
    groups: list[ParameterGroup] = []
    alone: list[Tensor] = []
    for item in params:
        if isinstance(item, dict):
            groups.append(item)
        else:
            alone.append(item[1] if isinstance(item, tuple) else item)
    made = []
    for group in [*groups, {"params": alone}]:
        members = list(group["params"])
        made.append(group | {"params": [p for p in members if p.ndim > 1]})
        made.append(group | {"params": [p for p in members if p.ndim <= 1], "weight_decay": 0.0})
    return [group for group in made if group["params"]]
