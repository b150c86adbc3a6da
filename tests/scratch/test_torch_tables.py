"""Every sample of PyTorch's own tests of modules, held against the from-scratch toolkit."""

import pytest
import torch
from torch import nn

from deepdive import scratch
from deepdive.twins.omitted import OMITTED

from .tables import compare, samples, tables

pytest.importorskip("expecttest", reason="PyTorch's own tests need it")
pytestmark = pytest.mark.usefixtures("without_shape_checks")  # whose names of dimensions are for one call

NAMES = [
    *(f"{name}{n}d" for name in ("Conv", "ConvTranspose", "LazyConv", "LazyConvTranspose") for n in (1, 2, 3)),
    *(f"{name}Pool{n}d" for name in ("AdaptiveAvg", "AdaptiveMax", "Avg", "Max", "LP") for n in (1, 2, 3)),
    *(f"{name}Pad{n}d" for name in ("Circular", "Constant", "Reflection", "Replication", "Zero") for n in (1, 2, 3)),
    *(f"{name}Norm{n}d" for name in ("Batch", "Instance") for n in (1, 2, 3)),
    *("GroupNorm", "LayerNorm", "LocalResponseNorm", "RMSNorm", "Linear", "Bilinear", "Embedding"),
    *("CELU", "ELU", "GELU", "GLU", "Hardshrink", "Hardswish", "Hardtanh", "LeakyReLU", "LogSigmoid", "LogSoftmax"),
    *("Mish", "PReLU", "ReLU", "ReLU6", "SELU", "SiLU", "Sigmoid", "Softmax", "Softmax2d", "Softmin", "Softplus"),
    *("Softshrink", "Softsign", "Tanh", "Tanhshrink", "Threshold"),
    *("BCELoss", "BCEWithLogitsLoss", "CTCLoss", "CosineEmbeddingLoss", "CrossEntropyLoss", "GaussianNLLLoss"),
    *("HingeEmbeddingLoss", "HuberLoss", "KLDivLoss", "L1Loss", "MSELoss", "MarginRankingLoss"),
    *("MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "MultiMarginLoss", "NLLLoss", "PoissonNLLLoss"),
    *("SmoothL1Loss", "SoftMarginLoss"),
    *("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell", "MultiheadAttention"),
    *("Transformer", "TransformerEncoder", "TransformerEncoderLayer", "TransformerDecoderLayer"),
]


@pytest.fixture(scope="module")
def rows():
    return tables()


def row(rows, name):
    if name not in rows:
        pytest.skip(f"PyTorch {torch.__version__} has no table of samples for {name}")
    return rows[name]


def test_more_than_a_hundred_classes_are_compared_and_none_is_left_out(rows):
    assert len(set(NAMES)) == len(NAMES)
    assert len(set(NAMES) & set(rows)) >= 100
    assert set(rows) - set(NAMES) <= set(OMITTED)


@pytest.mark.parametrize("name", NAMES)
def test_the_first_sample_is_equal(rows, name):
    compare(next(samples(row(rows, name), torch.float64)), torch.float64)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=["double", "single"])
@pytest.mark.parametrize("name", NAMES)
def test_every_sample_is_equal(rows, name, dtype):
    count = 0
    for sample in samples(row(rows, name), dtype):
        compare(sample, dtype)
        count += 1
    assert count


def test_a_wrong_layer_is_found(rows, monkeypatch):
    class Biased(scratch.Conv1d):
        def forward(self, input):
            return super().forward(input) + 1e-6

    monkeypatch.setattr(scratch, "Conv1d", Biased)
    with pytest.raises(AssertionError, match="not close"):
        compare(next(samples(rows["Conv1d"], torch.float64)), torch.float64)


def test_every_public_name_of_the_library_is_here_or_its_absence_has_a_reason():
    public = {name for name in dir(nn) if name[0].isupper()}
    assert public - set(scratch.__all__) <= set(OMITTED)
    assert not set(OMITTED) & set(scratch.__all__)
    assert all(len(reason) > 10 for reason in OMITTED.values())
