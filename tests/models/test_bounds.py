"""Every network is held to its signature when it is made, and every number in it has bounds."""

import importlib
import inspect
import pkgutil
import types
import typing

import pytest
from torch import nn

from deepdive import models
from deepdive.models.attention import AdditiveAttention
from deepdive.models.language import Tagger
from deepdive.models.transformers import BERT, T5

pytestmark = pytest.mark.usefixtures("without_shape_checks")  # a user has none either
FREE = {"padding_idx", "scale", "output_scale", "compression"}
"""Any index; a factor of scores, of any sign; a fraction that the network checks itself."""


def networks():
    for found in pkgutil.walk_packages(models.__path__, f"{models.__name__}."):
        module = importlib.import_module(found.name)
        for name, each in vars(module).items():
            own = inspect.isclass(each) and each.__module__ == module.__name__ and not name.startswith("_")
            if own and issubclass(each, nn.Module) and "__init__" in vars(each):
                yield each


NETWORKS = {each.__name__: each for each in networks()}


def numbers(annotation):
    """The kinds of number that may be given, each alone, as ``int | None``."""
    union = typing.get_origin(annotation) in (typing.Union, types.UnionType)
    parts = typing.get_args(annotation) if union else [annotation]
    return [each for each in parts if each in (int, float)]


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_arguments_are_checked_and_numbers_are_bounded(network):
    parameters = [p for p in inspect.signature(network).parameters.values() if p.name != "nn"]
    assert not parameters or getattr(network.__init__, "is_checked", False), "decorate it: @checked"
    several = {
        "image_size",
        "patch_size",
        "group_widths",
        "bottleneck_ratios",
        "outputs",
    }  # numbers or sequences: checked by hand
    free = [p.name for p in parameters if numbers(p.annotation) and p.name not in FREE | several]
    assert free == [], "give them bounds of deepdive.signatures.bounds"


def test_there_are_networks():
    assert {"BERT", "GPT", "T5", "LeNet", "ResNet", "Seq2Seq", "Attention", "VisionTransformer"} <= NETWORKS.keys()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: BERT(9, 8, 1, 2.5), TypeError, "num_layers must be an integer, got 2.5"),
        (lambda: BERT(9, 8, True), TypeError, "num_heads must be an integer, got True"),
        (lambda: BERT(9, 8, num_layers=10**30), ValueError, "num_layers must be at most 2147483647, got 10{30}"),
        (lambda: BERT(9, 8, eps=-1.0), ValueError, "eps must be at least 0, got -1.0"),
        (lambda: BERT(9, 8, eps=float("inf")), ValueError, "eps must be finite, got inf"),
        (lambda: BERT(9, 8, attention_dropout=2.0), ValueError, "attention_dropout must be from 0 to 1, got 2.0"),
        (lambda: BERT(9, 8, dropout=float("nan")), ValueError, "dropout must be .*number, got nan"),
        (lambda: T5(9, 8, head_dim=0), ValueError, "head_dim must be at least 1, got 0"),
        (lambda: Tagger(9, 8, 3, character_features=-1), ValueError, "character_features must be at least 0, got -1"),
        (lambda: AdditiveAttention(3, 4, 5, dropout=-0.1), ValueError, "dropout must be from 0 to 1, got -0.1"),
        (lambda: BERT("9", 8), TypeError, "vocab_size must be an integer, got the string '9'"),
    ],
)
def test_what_cannot_be_is_named_with_its_rule(make, error, message):
    with pytest.raises(error, match=message):
        make()
