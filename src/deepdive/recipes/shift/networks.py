"""Several networks that see the same batches, each with weights of its own for the examples."""

from collections.abc import Mapping

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from deepdive.toolkit import Toolkit
from deepdive.training import Accuracy


class SideBySide(nn.Module):
    """``o[:, k] = network_k(x)``: logits of shape ``(batch, networks, classes)``.

    The networks share nothing, so the gradient of a sum of their losses is that of each one alone.
    """

    def __init__(self, networks: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self.networks = nn.ModuleDict(networks)

    def __getitem__(self, name: str) -> nn.Module:
        """One of the networks."""
        return self.networks[name]

    def forward(self, x: Tensor) -> Float[Tensor, "batch networks classes"]:
        """Logits of all networks."""
        return torch.stack([network(x) for network in self.networks.values()], dim=1)


class CrossEntropySideBySide(nn.Module):
    """Cross-entropy of every example and network, ``(batch, networks)``."""

    def __init__(self, *, nn: Toolkit) -> None:
        super().__init__()
        self.loss = nn.CrossEntropyLoss(reduction="none")

    def forward(
        self, input: Float[Tensor, "batch networks classes"], target: Int[Tensor, " batch"]
    ) -> Float[Tensor, "batch networks"]:
        """All losses."""
        return self.loss(input.transpose(1, 2), target[:, None].expand(-1, input.shape[1]))


class AccuracyOf(Accuracy):
    """Accuracy of one of the networks."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place

    def update(self, outputs: Float[Tensor, "batch networks classes"], targets: Int[Tensor, " batch"]) -> None:
        """Add a batch of logits and class numbers."""
        super().update(outputs[:, self.place], targets)
