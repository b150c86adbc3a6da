"""What layers of encoders and decoders share."""

import copy
from collections.abc import Callable

from jaxtyping import Float
from torch import Tensor
from torch.nn import Module, ModuleList

from deepdive.scratch.activations import gelu, relu

Activation = str | Callable[[Tensor], Tensor]
Sequences = Float[Tensor, "..."]


def residual(x: Tensor, f: Callable[[Tensor], Tensor], norm: Callable[[Tensor], Tensor], norm_first: bool) -> Tensor:
    """``x + f(norm(x))`` with ``norm_first``, else ``norm(x + f(x))``."""
    return x + f(norm(x)) if norm_first else norm(x + f(x))


def activation_of(activation: Activation) -> Callable[[Tensor], Tensor]:
    """The function of this name, or the one that is given.

    Raises:
        ValueError: there is none of this name.
    """
    if not isinstance(activation, str):
        return activation
    named = {"relu": relu, "gelu": gelu}
    if activation not in named:
        raise ValueError(f"activation must be 'relu', 'gelu' or a function, got {activation!r}")
    return named[activation]


def check_sizes(d_model: int, nhead: int, dim_feedforward: int) -> None:
    """Check the sizes of a layer.

    Raises:
        ValueError: one is below 1, or ``nhead`` does not divide ``d_model``.
    """
    for name, size in (("d_model", d_model), ("nhead", nhead), ("dim_feedforward", dim_feedforward)):
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
    if d_model % nhead:
        raise ValueError(f"nhead must divide d_model, but {d_model} is not a multiple of {nhead}")


def copies(layer: Module, num_layers: int) -> ModuleList:
    """``num_layers`` layers that begin with the same parameters and share none.

    Raises:
        ValueError: ``num_layers`` is below 1.
    """
    if num_layers < 1:
        raise ValueError(f"num_layers must be at least 1, got {num_layers}")
    return ModuleList(copy.deepcopy(layer) for _ in range(num_layers))
