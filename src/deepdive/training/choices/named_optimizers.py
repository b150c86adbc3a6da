"""Optimisers by name: PyTorch's, and from ``deepdive.scratch`` those that it lacks."""

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.optimizer import ParamsT

from deepdive.names import suggestion

CLASSES: Mapping[str, str] = {
    "sgd": "SGD",
    "adam": "Adam",
    "adamw": "AdamW",
    "adagrad": "Adagrad",
    "adadelta": "Adadelta",
    "adafactor": "Adafactor",
    "adamax": "Adamax",
    "asgd": "ASGD",
    "lion": "Lion",
    "muon": "MuonWithAdamW",
    "nadam": "NAdam",
    "radam": "RAdam",
    "rmsprop": "RMSprop",
    "rprop": "Rprop",
    "schedule-free-adamw": "AdamWScheduleFree",
    "schedule-free-sgd": "SGDScheduleFree",
    "sophia-g": "SophiaG",
    "sparse-adam": "SparseAdam",
    "yogi": "Yogi",
}
"""The class of each name, called the same in every package that has it."""


def named_optimizer(choice: str, package: ModuleType = torch.optim) -> Callable[..., torch.optim.Optimizer]:
    """The optimiser of that name, or of that name of its class, with the package's defaults; Muon with AdamW beside it.

    Args:
        choice: e.g. ``"adamw"``, ``"AdamW"``, ``"schedule_free_adamw"``.
        package: ``torch.optim`` or ``deepdive.scratch.optim``; what the first lacks is the second's.

    Raises:
        ValueError: there is no optimiser of that name, or it needs a closure.
    """
    plain = _plain(choice)
    if plain == "lbfgs":
        raise ValueError(f"optimizer must take a step without a closure, got {choice!r}")
    name = {_plain(word): name for name, kind in CLASSES.items() for word in (name, kind)}.get(plain)
    if name is None:
        raise ValueError(f"optimizer must be the name of one, got {choice!r}{suggestion(choice, list(CLASSES))}")
    if name == "muon":
        return muon
    return getattr(package, CLASSES[name], None) or getattr(_scratch(), CLASSES[name])


def muon(
    params: ParamsT,
    network: nn.Module | None = None,
    *,
    lr: float = 0.02,
    adamw_lr: float = 3e-3,
    weight_decay: float = 0.1,
    momentum: float = 0.95,
) -> torch.optim.Optimizer:
    """Muon on the weights of the network's hidden layers, AdamW on all other parameters or groups of them.

    A group with a rate of its own has it for Muon, and in the same ratio for AdamW. Without a network all matrices and
    kernels are taken to be hidden.

    Raises:
        ValueError: no parameter is left for Muon.
    """
    optim = _scratch()
    groups = [dict(group) for group in _groups(params)]
    everything = [theta for group in groups for theta in group["params"]]
    weights = [theta for theta in everything if theta.ndim > 1] if network is None else optim.hidden_weights(network)
    hidden, made = set(weights), []
    for group in groups:
        rate = group.pop("lr", lr)
        split = {True: [], False: []}
        for theta in group["params"]:
            split[theta in hidden].append(theta)
        made.append(group | {"params": split[True], "muon": True, "lr": rate})
        made.append(group | {"params": split[False], "muon": False, "lr": rate * adamw_lr / lr})
    if not any(group["muon"] and group["params"] for group in made):
        raise ValueError(
            "optimizer must be another than muon where no layer between embeddings and head has a matrix or a kernel, "
            f"got a network with {len(everything)} parameters to learn"
        )
    made = [group for group in made if group["params"]]
    return optim.MuonWithAdamW(made, lr, (0.9, 0.95), weight_decay=weight_decay, momentum=momentum)


def _groups(params: ParamsT) -> list[dict[str, Any]]:
    given: list[Any] = list(params)
    groups = [
        group | {"params": [_tensor(each) for each in group["params"]]} for group in given if isinstance(group, dict)
    ]
    alone = [_tensor(each) for each in given if not isinstance(each, dict)]
    return [*groups, {"params": alone}] if alone else groups


def _tensor(parameter: Any) -> Tensor:
    return parameter[1] if isinstance(parameter, tuple) else parameter


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")


def _scratch() -> ModuleType:
    from deepdive.scratch import optim

    return optim
