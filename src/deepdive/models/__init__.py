"""Networks, one family per file; each takes its toolkit as an argument.

Names are loaded when they are first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deepdive.models.attention.additive import AdditiveAttention as AdditiveAttention
    from deepdive.models.attention.dot_product import DotProductAttention as DotProductAttention
    from deepdive.models.language.bahdanau import BahdanauDecoder as BahdanauDecoder
    from deepdive.models.language.bidirectional import FillInModel as FillInModel
    from deepdive.models.language.encoders import RecurrentEncoder as RecurrentEncoder
    from deepdive.models.language.recurrent import RecurrentLanguageModel as RecurrentLanguageModel
    from deepdive.models.language.seq2seq import Seq2Seq as Seq2Seq
    from deepdive.models.language.tagger import Tagger as Tagger
    from deepdive.models.linear import LinearRegression as LinearRegression
    from deepdive.models.multi_output import MultiOutputMLP as MultiOutputMLP
    from deepdive.models.perceptrons import MLP as MLP
    from deepdive.models.perceptrons import SoftmaxRegression as SoftmaxRegression
    from deepdive.models.recurrent_regressor import RecurrentRegressor as RecurrentRegressor
    from deepdive.models.transformers.bert import BERT as BERT
    from deepdive.models.transformers.bert_heads import BERTClassifier as BERTClassifier
    from deepdive.models.transformers.bert_heads import BERTForPretraining as BERTForPretraining
    from deepdive.models.transformers.bert_heads import BERTTagger as BERTTagger
    from deepdive.models.transformers.gpt import GPT as GPT
    from deepdive.models.transformers.t5 import T5 as T5
    from deepdive.models.transformers.translator import TransformerTranslator as TransformerTranslator
    from deepdive.models.vision.alexnet import AlexNet as AlexNet
    from deepdive.models.vision.densenet import DenseNet as DenseNet
    from deepdive.models.vision.densenet import densenet121 as densenet121
    from deepdive.models.vision.densenet import densenet161 as densenet161
    from deepdive.models.vision.densenet import densenet169 as densenet169
    from deepdive.models.vision.densenet import densenet201 as densenet201
    from deepdive.models.vision.efficientnet import EfficientNetLite as EfficientNetLite
    from deepdive.models.vision.googlenet import GoogLeNet as GoogLeNet
    from deepdive.models.vision.lenet import LeNet as LeNet
    from deepdive.models.vision.nin import NiN as NiN
    from deepdive.models.vision.residual.anynet import AnyNet as AnyNet
    from deepdive.models.vision.residual.regnet import regnet_x as regnet_x
    from deepdive.models.vision.residual.regnet import regnet_x_1_6gf as regnet_x_1_6gf
    from deepdive.models.vision.residual.regnet import regnet_x_3_2gf as regnet_x_3_2gf
    from deepdive.models.vision.residual.regnet import regnet_x_6_4gf as regnet_x_6_4gf
    from deepdive.models.vision.residual.regnet import regnet_x_8gf as regnet_x_8gf
    from deepdive.models.vision.residual.regnet import regnet_x_12gf as regnet_x_12gf
    from deepdive.models.vision.residual.regnet import regnet_x_16gf as regnet_x_16gf
    from deepdive.models.vision.residual.regnet import regnet_x_32gf as regnet_x_32gf
    from deepdive.models.vision.residual.regnet import regnet_x_200mf as regnet_x_200mf
    from deepdive.models.vision.residual.regnet import regnet_x_400mf as regnet_x_400mf
    from deepdive.models.vision.residual.regnet import regnet_x_600mf as regnet_x_600mf
    from deepdive.models.vision.residual.regnet import regnet_x_800mf as regnet_x_800mf
    from deepdive.models.vision.residual.resnet import ResNet as ResNet
    from deepdive.models.vision.residual.resnet import resnet18 as resnet18
    from deepdive.models.vision.residual.resnet import resnet34 as resnet34
    from deepdive.models.vision.residual.resnet import resnet50 as resnet50
    from deepdive.models.vision.residual.resnet import resnet101 as resnet101
    from deepdive.models.vision.residual.resnet import resnet152 as resnet152
    from deepdive.models.vision.residual.resnet import resnext50_32x4d as resnext50_32x4d
    from deepdive.models.vision.residual.resnet import resnext101_32x8d as resnext101_32x8d
    from deepdive.models.vision.residual.resnet import resnext101_64x4d as resnext101_64x4d
    from deepdive.models.vision.residual.resnet import wide_resnet50_2 as wide_resnet50_2
    from deepdive.models.vision.residual.resnet import wide_resnet101_2 as wide_resnet101_2
    from deepdive.models.vision.residual.resnet9 import ResNet9 as ResNet9
    from deepdive.models.vision.siamese import Siamese as Siamese
    from deepdive.models.vision.transformer import VisionTransformer as VisionTransformer
    from deepdive.models.vision.transformer import vit_b_16 as vit_b_16
    from deepdive.models.vision.transformer import vit_b_32 as vit_b_32
    from deepdive.models.vision.transformer import vit_h_14 as vit_h_14
    from deepdive.models.vision.transformer import vit_l_16 as vit_l_16
    from deepdive.models.vision.transformer import vit_l_32 as vit_l_32
    from deepdive.models.vision.transformer import vit_small_28 as vit_small_28
    from deepdive.models.vision.transformer import vit_small_32 as vit_small_32
    from deepdive.models.vision.vgg import VGG as VGG
    from deepdive.models.vision.vgg import vgg11 as vgg11
    from deepdive.models.vision.vgg import vgg13 as vgg13
    from deepdive.models.vision.vgg import vgg16 as vgg16
    from deepdive.models.vision.vgg import vgg19 as vgg19

_ROOMS = ("attention", "language", "transformers", "vision")
_HOMES = {
    "attention.additive": ("AdditiveAttention",),
    "attention.dot_product": ("DotProductAttention",),
    "language.bahdanau": ("BahdanauDecoder",),
    "language.bidirectional": ("FillInModel",),
    "language.encoders": ("RecurrentEncoder",),
    "language.recurrent": ("RecurrentLanguageModel",),
    "language.seq2seq": ("Seq2Seq",),
    "language.tagger": ("Tagger",),
    "linear": ("LinearRegression",),
    "multi_output": ("MultiOutputMLP",),
    "perceptrons": (
        "MLP",
        "SoftmaxRegression",
    ),
    "recurrent_regressor": ("RecurrentRegressor",),
    "transformers.bert": ("BERT",),
    "transformers.bert_heads": (
        "BERTClassifier",
        "BERTForPretraining",
        "BERTTagger",
    ),
    "transformers.gpt": ("GPT",),
    "transformers.t5": ("T5",),
    "transformers.translator": ("TransformerTranslator",),
    "vision.alexnet": ("AlexNet",),
    "vision.densenet": (
        "DenseNet",
        "densenet121",
        "densenet161",
        "densenet169",
        "densenet201",
    ),
    "vision.efficientnet": ("EfficientNetLite",),
    "vision.googlenet": ("GoogLeNet",),
    "vision.lenet": ("LeNet",),
    "vision.nin": ("NiN",),
    "vision.residual.anynet": ("AnyNet",),
    "vision.residual.regnet": (
        "regnet_x",
        "regnet_x_12gf",
        "regnet_x_16gf",
        "regnet_x_1_6gf",
        "regnet_x_200mf",
        "regnet_x_32gf",
        "regnet_x_3_2gf",
        "regnet_x_400mf",
        "regnet_x_600mf",
        "regnet_x_6_4gf",
        "regnet_x_800mf",
        "regnet_x_8gf",
    ),
    "vision.residual.resnet": (
        "ResNet",
        "resnet101",
        "resnet152",
        "resnet18",
        "resnet34",
        "resnet50",
        "resnext101_32x8d",
        "resnext101_64x4d",
        "resnext50_32x4d",
        "wide_resnet101_2",
        "wide_resnet50_2",
    ),
    "vision.residual.resnet9": ("ResNet9",),
    "vision.siamese": ("Siamese",),
    "vision.transformer": (
        "VisionTransformer",
        "vit_b_16",
        "vit_b_32",
        "vit_h_14",
        "vit_l_16",
        "vit_l_32",
        "vit_small_28",
        "vit_small_32",
    ),
    "vision.vgg": (
        "VGG",
        "vgg11",
        "vgg13",
        "vgg16",
        "vgg19",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [*_ROOMS, *_HOME_OF]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"deepdive.models.{name}")
    if name in _HOME_OF:
        return getattr(importlib.import_module(f"deepdive.models.{_HOME_OF[name]}"), name)
    if name.startswith("_"):  # what Python itself looks for
        raise AttributeError(f"module 'deepdive.models' has no attribute {name!r}")
    from deepdive.names import suggestion

    raise AttributeError(f"module 'deepdive.models' has no attribute {name!r}{suggestion(name, __all__)}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
