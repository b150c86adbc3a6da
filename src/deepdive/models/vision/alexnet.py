"""AlexNet, which won the ImageNet challenge of 2012 (Krizhevsky et al., 2012; D2L section 8.1)."""

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.models.vision._images import check_images, check_stages, smallest_image
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
from deepdive.toolkit import Toolkit


@checked
class AlexNet(torch.nn.Module):
    """Five convolutions, three of them with pooling, then three linear layers; 61,100,840 parameters by default.

    Input ``(batch, in_channels, height, width)``, output logits ``(batch, num_classes)``. ``channels`` are those of the
    five convolutions, ``first`` the kernel, stride and padding of the first one: ``(11, 4, 2)`` for 224x224 pixels,
    ``(3, 1, 1)`` for small images. Whatever is left is averaged into ``pooled`` x ``pooled`` places, and two hidden
    layers of ``hidden`` units see them all. Dropout comes before each of these two layers.

    The defaults are the network on one device (Krizhevsky, 2014), with torchvision's names, so that published weights
    load by name; weights start by Xavier, uniform, as in D2L. Its network is
    ``AlexNet(10, 1, channels=(96, 256, 384, 384, 256), first=(11, 4, 1), pooled=5)``, there with the dropout behind
    the two hidden layers.

    Raises:
        ValueError: ``channels`` are not five numbers of at least 1; another size is less than 1; the input has other
            channels, or is too small: by default less than 63x63.
    """

    def __init__(
        self,
        num_classes: PositiveInt = 1000,
        in_channels: PositiveInt = 3,
        *,
        channels: tuple[int, int, int, int, int] = (64, 192, 384, 256, 256),
        first: tuple[int, int, int] = (11, 4, 2),
        hidden: PositiveInt = 4096,
        pooled: PositiveInt = 6,
        dropout: Probability = 0.5,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        check_stages(channels=channels)
        self.in_channels = in_channels
        c1, c2, c3, c4, c5 = channels
        kernel, stride, padding = first
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, c1, kernel, stride, padding),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(c1, c2, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(c2, c3, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(c3, c4, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(c4, c5, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
        )
        self.smallest = smallest_image(self.features)
        self.avgpool = nn.AdaptiveAvgPool2d(pooled)
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(c5 * pooled**2, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, num_classes),
        )
        for parameter in self.parameters():
            if parameter.ndim > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, x: Float[Tensor, "batch in_channels height width"]) -> Float[Tensor, "batch classes"]:
        """Logits, one per class."""
        check_images(x, self.in_channels, self.smallest)
        x = self.avgpool(self.features(x))  # (batch, c5, pooled, pooled)
        return self.classifier(x.flatten(1))
