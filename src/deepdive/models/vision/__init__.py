"""Networks for pictures."""

from deepdive.models.vision.lenet import LeNet as LeNet
from deepdive.models.vision.resnet import BasicBlock as BasicBlock
from deepdive.models.vision.resnet import Bottleneck as Bottleneck
from deepdive.models.vision.resnet import ResNet as ResNet
from deepdive.models.vision.resnet import resnet18 as resnet18
from deepdive.models.vision.resnet import resnet34 as resnet34
from deepdive.models.vision.resnet import resnet50 as resnet50
from deepdive.models.vision.resnet import resnet101 as resnet101
from deepdive.models.vision.resnet import resnet152 as resnet152
from deepdive.models.vision.resnet import resnext50_32x4d as resnext50_32x4d
from deepdive.models.vision.resnet import resnext101_32x8d as resnext101_32x8d
from deepdive.models.vision.resnet import resnext101_64x4d as resnext101_64x4d
from deepdive.models.vision.resnet import wide_resnet50_2 as wide_resnet50_2
from deepdive.models.vision.resnet import wide_resnet101_2 as wide_resnet101_2
from deepdive.models.vision.siamese import Siamese as Siamese
