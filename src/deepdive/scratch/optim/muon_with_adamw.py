"""Muon for the matrices and kernels of hidden layers, AdamW for everything else: embeddings, heads, vectors."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from torch import Tensor
from torch.nn import Module, Parameter
from torch.optim.optimizer import ParamsT

from deepdive.checks import told
from deepdive.scratch.optim._base import Group, States
from deepdive.scratch.optim._checks import check_settings
from deepdive.scratch.optim.adaptive.adam import AdamW
from deepdive.scratch.optim.muon import COEFFICIENTS, start_muon, update_by_muon


class MuonWithAdamW(AdamW):
    """One optimiser of two rules: ``Muon`` on groups with ``"muon": True``, ``AdamW`` on all others.

    Made by ``muon_with_adamw`` as a rule. A schedule moves the rates of both, each from its own; the state is one.

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: a group for Muon holds a vector, or a number is out of range.
    """

    _added_later: ClassVar[dict[str, Any]] = {"maximize": False, "amsgrad": False, "muon": False}

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        momentum: float = 0.95,
        *,
        maximize: bool = False,
    ) -> None:
        check_settings(momentum=momentum)
        self._momentum = momentum
        super().__init__(params, lr, betas, eps, weight_decay, maximize=maximize)

    def add_param_group(self, param_group: Group) -> None:
        """Add a group, for Muon if its ``"muon"`` is true."""
        if param_group.setdefault("muon", False):
            own = {"momentum": self._momentum, "nesterov": True, "ns_coefficients": COEFFICIENTS}
            param_group.update({**own, "eps": 1e-7, "ns_steps": 5, "adjust_lr_fn": None, **param_group})
        super().add_param_group(param_group)
        if param_group["muon"] and (other := [theta for theta in param_group["params"] if theta.ndim < 2]):
            del self.param_groups[-1]
            raise ValueError(f"params must be matrices or kernels in a group for Muon, got {told(other[0])}")

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        return start_muon(theta) if group["muon"] else super()._start(theta, group)

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        if group["muon"]:
            update_by_muon(theta, g, states, group)
        else:
            super()._update(theta, g, states, group)


def muon_with_adamw(
    network: Module,
    lr: float = 0.02,
    weight_decay: float = 0.1,
    momentum: float = 0.95,
    *,
    adamw_lr: float = 3e-4,
    betas: tuple[float, float] = (0.9, 0.95),
    eps: float = 1e-8,
    heads: Iterable[Module] | None = None,
) -> MuonWithAdamW:
    """Muon at ``lr`` on the weights of hidden layers, AdamW at ``adamw_lr`` on all other parameters that are trained.

    Which are hidden says `hidden_weights`, as it does what ``heads`` are.

    >>> from torch import nn
    >>> network = nn.Sequential(nn.Embedding(9, 4), nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 9))
    >>> optimizer = muon_with_adamw(network)
    >>> [[tuple(theta.shape) for theta in group["params"]] for group in optimizer.param_groups]
    [[(5, 4)], [(9, 4), (5,), (9, 5), (9,)]]

    Raises:
        ValueError: no parameter is left for Muon, or a number is out of range.
    """
    hidden = dict.fromkeys(theta for theta in hidden_weights(network, heads) if theta.requires_grad)
    if not hidden:
        raise ValueError("network must have a matrix between embeddings and head for Muon, got none")
    rest = [theta for theta in network.parameters() if theta.requires_grad and theta not in hidden]
    groups: list[Group] = [{"params": list(hidden), "muon": True, "lr": lr}]
    if rest:
        groups.append({"params": rest, "muon": False, "lr": adamw_lr, "eps": eps})
    return MuonWithAdamW(groups, lr, betas, weight_decay=weight_decay, momentum=momentum)


def hidden_weights(network: Module, heads: Iterable[Module] | None = None) -> list[Parameter]:
    """The matrices and kernels that layers keep as weights, but not those of embeddings, of heads, or tied to either.

    Weights are called so: ``weight``, ``in_proj_weight``, ``weight_hh_l0`` ...; tables that a network keeps itself
    (positions) are none. ``heads`` are the layers that compute the outputs: by default the last layer with a matrix.
    Give ``()`` where outputs are computed from an embedding's table alone, and every head where there are several.
    """
    if heads is None:
        heads = [owner for owner, _, theta in _weights(network) if theta.ndim == 2 and not _is_embedding(owner)][-1:]
    other = {theta for head in heads for theta in head.parameters()}
    other |= {theta for module in network.modules() if _is_embedding(module) for theta in module.parameters()}
    return [theta for _, name, theta in _weights(network) if "weight" in name and theta not in other]


def _weights(network: Module) -> Iterator[tuple[Module, str, Parameter]]:
    for module in network.modules():
        for name, theta in module.named_parameters(recurse=False):
            if theta.ndim >= 2:
                yield module, name, theta


def _is_embedding(module: Module) -> bool:
    """Also of another toolkit: they have one name."""
    return any(kind.__name__ in {"Embedding", "EmbeddingBag"} for kind in type(module).__mro__)
