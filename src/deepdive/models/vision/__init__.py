"""Networks for pictures."""

from deepdive.models.vision.lenet import LeNet as LeNet
