"""Defaults that only a paper or a published configuration knows: nothing fails where one of them is another number."""

import inspect

import pytest
import torch
from torch import nn

from deepdive.models import vision
from deepdive.models.transformers import BERT, GPT, T5, TransformerTranslator
from deepdive.models.vision import EfficientNetLite

DEFAULTS = {
    # config.json of bert-base-uncased
    BERT: {
        "vocab_size": 30_522, "hidden_size": 768, "num_heads": 12, "num_layers": 12, "max_positions": 512,
        "type_vocab_size": 2, "dropout": 0.1, "eps": 1e-12, "activation": "gelu",
    },
    # config.json of gpt2
    GPT: {
        "vocab_size": 50_257, "max_positions": 1024, "hidden_size": 768, "num_heads": 12, "num_layers": 12,
        "dropout": 0.1, "eps": 1e-5, "activation": "gelu-tanh", "tie_embeddings": True,
    },
    # config.json of t5-small
    T5: {
        "vocab_size": 32_128, "hidden_size": 512, "num_heads": 8, "num_layers": 6, "ffn_size": 2048, "head_dim": 64,
        "num_buckets": 32, "max_distance": 128, "dropout": 0.1, "eps": 1e-6, "activation": "relu",
        "tie_embeddings": True,
    },
    # Vaswani et al., 2017, table 3, base
    TransformerTranslator: {"hidden_size": 512, "num_heads": 8, "num_layers": 6, "dropout": 0.1, "activation": "relu"},
    # torchvision's models
    vision.AlexNet: {"dropout": 0.5},
    vision.VGG: {"dropout": 0.5},
    vision.GoogLeNet: {"dropout": 0.2},
    vision.DenseNet: {"growth_rate": 32, "bottleneck": 4, "compression": 0.5, "dropout": 0.0},
    # Lin et al., 2014, section 4.1
    vision.NiN: {"dropout": 0.5},
    EfficientNetLite: {"dropout": 0.2, "momentum": 0.01},
}  # fmt: skip


@pytest.mark.parametrize("network", DEFAULTS, ids=lambda network: network.__name__)
def test_a_default_is_the_published_one(network):
    parameters = inspect.signature(network).parameters
    assert {name: parameters[name].default for name in DEFAULTS[network]} == DEFAULTS[network]


def norms(network):
    kinds = (nn.LayerNorm, nn.RMSNorm, nn.modules.batchnorm._BatchNorm)
    return {(m.eps, getattr(m, "momentum", None)) for m in network.modules() if isinstance(m, kinds)}


NORMS = {
    "BERT": (lambda: BERT(9, 8, 2, 1), (1e-12, None)),
    "GPT": (lambda: GPT(9, 8, 2, 1), (1e-5, None)),
    "T5": (lambda: T5(9, 8, 2, 1), (1e-6, None)),
    # torchvision's models
    "resnet18": (vision.resnet18, (1e-5, 0.1)),
    "GoogLeNet": (lambda: vision.GoogLeNet(batch_norm=True), (1e-3, 0.1)),
    "regnet_x_400mf": (vision.regnet_x_400mf, (1e-5, 0.1)),
    "DenseNet": (vision.DenseNet, (1e-5, 0.1)),
    "VisionTransformer": (vision.vit_b_32, (1e-6, None)),
    # Google's, with a decay of 0.99, which is a momentum of 0.01
    "EfficientNetLite": (EfficientNetLite, (1e-3, 0.01)),
}


@pytest.mark.parametrize("name", NORMS)
def test_every_norm_of_a_network_divides_by_the_published_deviation(name):
    make, expected = NORMS[name]
    with torch.device("meta"):
        assert norms(make()) == {expected}
