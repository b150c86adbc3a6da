"""Networks for pictures."""

from deepdive.models.vision.lenet import LeNet as LeNet
from deepdive.models.vision.siamese import Siamese as Siamese
