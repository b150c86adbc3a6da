"""What layers of encoders and decoders share."""

import copy
from collections.abc import Callable

from jaxtyping import Float
from torch import Tensor
from torch.nn import Module, ModuleList

from deepdive.scratch._arguments import check_sizes as check_positive
from deepdive.scratch._arguments import described
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
    if callable(activation):
        return activation
    named = {"relu": relu, "gelu": gelu}
    if not isinstance(activation, str) or activation not in named:
        raise ValueError(f"activation must be 'relu', 'gelu' or a function, got {described(activation)}")
    return named[activation]


def check_sizes(d_model: int, nhead: int, dim_feedforward: int) -> None:
    """Check the sizes of a layer.

    Raises:
        ValueError: one is below 1, or ``nhead`` does not divide ``d_model``.
    """
    check_positive(d_model=d_model, nhead=nhead, dim_feedforward=dim_feedforward)
    if d_model % nhead:
        raise ValueError(f"nhead must divide d_model={d_model}, got {nhead}")


def copies(layer: Module, num_layers: int) -> ModuleList:
    """``num_layers`` layers that begin with the same parameters and share none.

    Raises:
        ValueError: ``num_layers`` is below 1.
    """
    check_positive(num_layers=num_layers)
    return ModuleList(copy.deepcopy(layer) for _ in range(num_layers))
