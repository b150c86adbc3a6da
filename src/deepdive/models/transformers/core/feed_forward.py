"""The network that a transformer applies to every place (textbook section 11.7.2)."""

from typing import Literal, get_args

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.toolkit import Toolkit

Activation = Literal["relu", "gelu", "gelu-tanh", "silu", "gated-relu", "gated-gelu", "gated-silu"]


class SiLU(torch.nn.Module):
    """``x ⊙ 1 / (1 + e^{-x})`` (Elfwing et al., 2018)."""

    def __init__(self, *, nn: Toolkit = torch.nn) -> None:
        super().__init__()
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Each number by itself."""
        return x * self.sigmoid(x)


def make_activation(name: Activation, *, nn: Toolkit) -> torch.nn.Module:
    """The ``σ`` of that name; of a gated one, the gate's, whose GELU is the tanh form.

    Raises:
        ValueError: the name is unknown.
    """
    if name not in get_args(Activation):
        raise ValueError(f"activation must be one of {', '.join(get_args(Activation))}, got {name!r}")
    if name in ("relu", "gated-relu"):
        return nn.ReLU()
    if name in ("silu", "gated-silu"):
        return SiLU(nn=nn)
    return nn.GELU("none" if name == "gelu" else "tanh")


class FeedForward(torch.nn.Module):
    """``W_2 σ(W_1 x)``, the same for every place; gated: ``W_2 (σ(W_g x) ⊙ W_1 x)`` (Shazeer, 2020).

    ``σ`` is the rectifier, the SiLU or the GELU, exact or in its tanh form; ``gated-gelu`` takes the latter.

    Args:
        width: of ``x`` and of what comes out.
        hidden: numbers in between.
        activation: ``σ``.
        bias: whether the products have one.
        dropout: share of the hidden numbers dropped, 0 to 1.

    Raises:
        ValueError: ``activation`` is unknown, or ``hidden`` is less than 1.
    """

    def __init__(
        self,
        width: int,
        hidden: int,
        activation: Activation = "relu",
        *,
        bias: bool = True,
        dropout: float = 0.0,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        function = make_activation(activation, nn=nn)
        if hidden < 1:
            raise ValueError(f"hidden must be at least 1, got {hidden}")
        self.into = nn.Linear(width, hidden, bias=bias)
        self.gate = nn.Linear(width, hidden, bias=bias) if activation.startswith("gated-") else None
        self.activation = function
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, width, bias=bias)

    def forward(self, x: Float[Tensor, "b t width"]) -> Float[Tensor, "b t width"]:
        """Each place by itself."""
        h = self.activation(self.into(x)) if self.gate is None else self.activation(self.gate(x)) * self.into(x)
        return self.out(self.dropout(h))
