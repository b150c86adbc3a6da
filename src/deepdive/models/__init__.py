"""Networks, one family per file; each takes its toolkit as an argument."""

from deepdive.models import language as language
from deepdive.models.perceptrons import MLP as MLP
from deepdive.models.perceptrons import SoftmaxRegression as SoftmaxRegression
from deepdive.models.vision import VGG as VGG
from deepdive.models.vision import AlexNet as AlexNet
from deepdive.models.vision import AnyNet as AnyNet
from deepdive.models.vision import DenseNet as DenseNet
from deepdive.models.vision import GoogLeNet as GoogLeNet
from deepdive.models.vision import LeNet as LeNet
from deepdive.models.vision import NiN as NiN
from deepdive.models.vision import ResNet as ResNet
from deepdive.models.vision import ResNet9 as ResNet9
from deepdive.models.vision import Siamese as Siamese
from deepdive.models.vision import VisionTransformer as VisionTransformer
