"""LeNet, the first convolutional network in wide use (LeCun et al., 1998; D2L section 7.6)."""

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt
from deepdive.toolkit import Toolkit


@checked
class LeNet(torch.nn.Module):
    """Two convolutions with pooling, then three linear layers; 61,706 parameters for 28x28 images of 10 classes.

    Input ``(batch, in_channels, height, width)``, output logits ``(batch, num_classes)``. ``modern`` puts ReLU and max
    pooling in place of sigmoid and average pooling; ``batch_norm`` normalises before each activation (D2L section
    8.5), which adds 452 parameters. Weights start as in D2L (Xavier, uniform).

    Raises:
        ValueError: ``image_size`` leaves nothing after the second pooling.
    """

    def __init__(
        self,
        num_classes: PositiveInt = 10,
        in_channels: PositiveInt = 1,
        *,
        image_size: int | tuple[int, int] = 28,
        modern: bool = False,
        batch_norm: bool = False,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        height, width = (_pooled(s) for s in ((image_size,) * 2 if isinstance(image_size, int) else image_size))
        if min(height, width) < 1:
            raise ValueError(f"image_size must be at least 12, got {image_size}")
        activation, pool = (nn.ReLU, nn.MaxPool2d) if modern else (nn.Sigmoid, nn.AvgPool2d)
        layers = [
            nn.Conv2d(in_channels, 6, kernel_size=5, padding=2),
            *([nn.BatchNorm2d(6)] if batch_norm else []),
            activation(),
            pool(kernel_size=2, stride=2),
            nn.Conv2d(6, 16, kernel_size=5),
            *([nn.BatchNorm2d(16)] if batch_norm else []),
            activation(),
            pool(kernel_size=2, stride=2),
            nn.Flatten(),
            nn.Linear(16 * height * width, 120),
            *([nn.BatchNorm1d(120)] if batch_norm else []),
            activation(),
            nn.Linear(120, 84),
            *([nn.BatchNorm1d(84)] if batch_norm else []),
            activation(),
            nn.Linear(84, num_classes),
        ]
        self.net = nn.Sequential(*layers)
        for parameter in self.parameters():
            if parameter.ndim > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, x: Float[Tensor, "batch in_channels height width"]) -> Float[Tensor, "batch classes"]:
        """Logits, one per class."""
        return self.net(x)


def _pooled(size: int) -> int:
    """What is left of ``size``: halved, less the 4 that a 5-wide kernel loses, and halved."""
    return (size // 2 - 4) // 2
