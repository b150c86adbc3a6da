"""The network that a transformer applies to every position (D2L section 11.7.2)."""

from typing import Literal, get_args

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
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


@checked
class FeedForward(torch.nn.Module):
    """``W_2 σ(W_1 x)``, the same for every position; gated: ``W_2 (σ(W_g x) ⊙ W_1 x)`` (Shazeer, 2020).

    ``σ`` is the rectifier, the SiLU or the GELU, exact or in its tanh form; ``gated-gelu`` takes the latter.

    Args:
        hidden_size: of ``x`` and of what comes out.
        ffn_size: numbers in between.
        activation: ``σ``.
        bias: whether the products have one.
        dropout: dropout probability of the hidden units, 0 to 1.

    Raises:
        ValueError: ``activation`` is unknown, or ``ffn_size`` is less than 1.
    """

    def __init__(
        self,
        hidden_size: PositiveInt,
        ffn_size: PositiveInt,
        activation: Activation = "relu",
        *,
        bias: bool = True,
        dropout: Probability = 0.0,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        function = make_activation(activation, nn=nn)
        self.into = nn.Linear(hidden_size, ffn_size, bias=bias)
        self.gate = nn.Linear(hidden_size, ffn_size, bias=bias) if activation.startswith("gated-") else None
        self.activation = function
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(ffn_size, hidden_size, bias=bias)

    def forward(self, x: Float[Tensor, "b t hidden_size"]) -> Float[Tensor, "b t hidden_size"]:
        """Each position by itself."""
        h = self.activation(self.into(x)) if self.gate is None else self.activation(self.gate(x)) * self.into(x)
        return self.out(self.dropout(h))
