"""Fully connected networks: softmax regression and the multilayer perceptron (D2L sections 4.4 and 5.2)."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
from deepdive.toolkit import Toolkit

ACTIVATIONS = ("ReLU", "LeakyReLU", "PReLU", "Sigmoid", "Tanh", "GELU", "Identity")


@checked
class SoftmaxRegression(torch.nn.Module):
    """``logits = W x + b``: one linear layer; the softmax is part of the cross-entropy loss.

    Input ``(batch, ...)`` with ``num_inputs`` values per example, output ``(batch, num_classes)``. Weights start normal
    with standard deviation 0.01, biases at 0.
    """

    def __init__(self, num_inputs: PositiveInt, num_classes: PositiveInt, *, nn: Toolkit = torch.nn) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Flatten(), nn.Linear(num_inputs, num_classes))
        for name, parameter in self.named_parameters():
            if name.endswith("weight"):
                nn.init.normal_(parameter, std=0.01)
            else:
                nn.init.zeros_(parameter)

    def forward(self, x: Float[Tensor, "batch *features"]) -> Float[Tensor, "batch classes"]:
        """Logits, one per class."""
        return self.net(x)


@checked
class MLP(torch.nn.Module):
    """``hᵢ = dropout(activation(Wᵢ hᵢ₋₁ + bᵢ))``, ``logits = W h + b``.

    Input ``(batch, ...)`` with ``num_inputs`` values per example, output ``(batch, num_classes)``; ``hidden`` holds the
    width of each hidden layer, ``activation`` is the name of one in the toolkit.

    Raises:
        ValueError: ``activation`` is not in ``ACTIVATIONS``, or a width is less than 1.
    """

    def __init__(
        self,
        num_inputs: PositiveInt,
        num_classes: PositiveInt,
        hidden: Sequence[int] = (256,),
        activation: str = "ReLU",
        dropout: Probability = 0.0,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {activation!r}")
        if any(width < 1 for width in hidden):
            raise ValueError(f"hidden must hold widths of at least 1, got {tuple(hidden)}")
        layers: list[torch.nn.Module] = [nn.Flatten()]
        width = num_inputs
        for next_width in hidden:
            layers += [nn.Linear(width, next_width), getattr(nn, activation)()]
            if dropout:
                layers.append(nn.Dropout(dropout))
            width = next_width
        self.net = nn.Sequential(*layers, nn.Linear(width, num_classes))

    def forward(self, x: Float[Tensor, "batch *features"]) -> Float[Tensor, "batch classes"]:
        """Logits, one per class."""
        return self.net(x)
