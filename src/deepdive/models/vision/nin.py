"""Network in Network: 1x1 convolutions in place of linear layers (Lin et al., 2014; D2L section 8.3)."""

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.models.vision._images import check_images, check_stages, smallest_image
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
from deepdive.toolkit import Toolkit


@checked
class NiN(torch.nn.Module):
    """Four blocks, the last one with a channel per class, whose mean over all positions is the class's logit.

    A block is a convolution and two 1x1 convolutions, which are one small network of linear layers at every position,
    each with a ReLU; pooling halves height and width between blocks. The very last ReLU of the paper is left out: a
    class whose logits it cuts to 0 on all images would never be learnt.

    Input ``(batch, in_channels, height, width)``, output logits ``(batch, num_classes)``. ``channels`` are those of the
    first three blocks, ``first`` is the kernel, stride and padding of the first convolution: ``(11, 4, 0)`` for 224x224
    pixels as in D2L, ``(5, 1, 2)`` for small images. Weights start by Xavier, uniform, as there.

    Raises:
        ValueError: ``channels`` are not three numbers of at least 1; the input has other channels, or is too small: by
            default less than 67x67.
    """

    def __init__(
        self,
        num_classes: PositiveInt = 1000,
        in_channels: PositiveInt = 3,
        *,
        channels: tuple[int, int, int] = (96, 256, 384),
        first: tuple[int, int, int] = (11, 4, 0),
        dropout: Probability = 0.5,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        check_stages(channels=channels)
        self.in_channels = in_channels
        c1, c2, c3 = channels
        kernel, stride, padding = first
        self.net = nn.Sequential(
            _block(in_channels, c1, kernel, stride, padding, nn),
            nn.MaxPool2d(3, stride=2),
            _block(c1, c2, 5, 1, 2, nn),
            nn.MaxPool2d(3, stride=2),
            _block(c2, c3, 3, 1, 1, nn),
            nn.MaxPool2d(3, stride=2),
            nn.Dropout(dropout),
            _block(c3, num_classes, 3, 1, 1, nn)[:-1],
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        self.smallest = smallest_image(self.net.modules())
        for parameter in self.parameters():
            if parameter.ndim > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, x: Float[Tensor, "batch in_channels height width"]) -> Float[Tensor, "batch classes"]:
        """Logits, one per class."""
        check_images(x, self.in_channels, self.smallest)
        return self.net(x)


def _block(
    in_channels: int, out_channels: int, kernel: int, stride: int, padding: int, nn: Toolkit
) -> torch.nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel, stride, padding),
        nn.ReLU(),
        nn.Conv2d(out_channels, out_channels, 1),
        nn.ReLU(),
        nn.Conv2d(out_channels, out_channels, 1),
        nn.ReLU(),
    )
