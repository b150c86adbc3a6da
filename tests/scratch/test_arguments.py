"""In which words from-scratch layers refuse: the argument, the rule, the value."""

import numpy as np
import pytest
import torch

from deepdive import scratch

pytestmark = pytest.mark.usefixtures("without_shape_checks")  # which would speak first

X = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
INTEGERS = torch.arange(12).view(4, 3)
CLASSES = torch.tensor([0, 2, 1, 1])
functional = scratch.functional


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: scratch.Linear(3, 2)(INTEGERS), r"input must be a floating-point tensor, got int64 .* \(4, 3\)"),
        (lambda: scratch.Linear(3, 2)(X.double()), "input must have the dtype of weight, float32, got float64"),
        (lambda: scratch.Linear(3, 2)(X.tolist()), "input must be a floating-point tensor, got list"),
        (lambda: scratch.Linear(3, 2)(X.numpy()), "input must be a floating-point tensor, got ndarray"),
        (lambda: scratch.Linear("3", 2), "in_features must be an integer, got the string '3'"),
        (lambda: scratch.Linear(3, 2, dtype=torch.int64), "dtype must be a floating-point torch.dtype or None, got "),
        (lambda: scratch.LayerNorm(3)(INTEGERS), "input must be a floating-point tensor, got int64"),
        (lambda: scratch.LayerNorm(3)(X.double()), "input must have the dtype of weight, torch.float32, .*float64"),
        (lambda: scratch.BatchNorm1d(3)(INTEGERS), "input must be a floating-point tensor, got int64"),
        (lambda: scratch.GroupNorm(1, 3)(INTEGERS), "input must be a floating-point tensor, got int64"),
        (lambda: scratch.RMSNorm(3)(INTEGERS), "x must be a floating-point tensor, got int64"),
        (lambda: scratch.Dropout()(INTEGERS), "input must be a floating-point tensor, got int64"),
        (lambda: scratch.GELU()(INTEGERS), "input must be a floating-point tensor, got int64"),
        (lambda: scratch.Softmax(1)(INTEGERS), "input must be a floating-point tensor, got int64"),
        (lambda: scratch.ReLU()(X > 0), "input must be a real tensor, got bool of shape"),
        (lambda: scratch.Embedding(9, 2)(X), "input must be an int64 tensor or an int32 tensor, got float32"),
        (lambda: scratch.Embedding(9, 2)(CLASSES.short()), "input must be an int64 .* got int16 of shape"),
        (lambda: functional.one_hot(X), "tensor must be an int64 tensor, got float32 of shape"),
        (lambda: scratch.CrossEntropyLoss()(INTEGERS, CLASSES), "input must be a floating-point tensor, got int64"),
        (lambda: scratch.CrossEntropyLoss()(X, CLASSES.int()), "target must hold classes of dtype int64, .*int32"),
        (
            lambda: scratch.NLLLoss(weight=X[0].double())(X, CLASSES),
            "weight must have the dtype of input, float32, got",
        ),
        (lambda: scratch.MSELoss()(INTEGERS, INTEGERS), "input or target must be floating-point, got torch.int64"),
        (lambda: scratch.GRU(3, 2)(X, CLASSES), "hx must be a floating-point tensor or None, got int64"),
        (
            lambda: scratch.GRU(3, 2)(X, (X, X)),
            r"hx must be a floating-point tensor or None, got tuple",
        ),
        (lambda: scratch.LSTM(3, 2)(X.double()), "input must have the dtype of the parameters, float32, got float64"),
        (lambda: scratch.Conv2d(3, 2, 1)(X.view(3, 2, 2).half()), "input must have the dtype of weight, float32, got"),
        (
            lambda: scratch.MultiheadAttention(3, 1)(X, X.double(), X),
            "key must have the dtype of the parameters, float32",
        ),
        (lambda: scratch.MaxPool2d(2, ceil_mode=1), "ceil_mode must be True or False, got 1"),
        (lambda: scratch.Sigmoid()(np.ones(3)), "input must be a real tensor or a boolean tensor, got ndarray"),
        (lambda: scratch.utils.rnn.pack_padded_sequence(X, [1.5]), r"lengths must be integers, .* got \[1\.5\]"),
    ],
)
def test_another_kind_of_argument(call, words):
    with pytest.raises(TypeError, match=words):
        call()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: scratch.Linear(3, 2)(torch.tensor(1.0)), r"input must have shape \(\*, 3\), got \(\)"),
        (lambda: scratch.CrossEntropyLoss(weight=torch.ones(2))(X, CLASSES), r"weight must have .* \(3,\), got \(2,\)"),
        (lambda: scratch.NLLLoss(weight=torch.ones(4))(X, CLASSES), r"weight must have .* \(3,\), got \(4,\)"),
        (lambda: scratch.NLLLoss(weight=torch.ones(3, 1))(X, CLASSES), r"weight must have .* \(3,\), got \(3, 1\)"),
        (
            lambda: scratch.BCEWithLogitsLoss(weight=torch.ones(4, 1))(X[:, 0], X[:, 0]),
            r"weight must broadcast to the shape of input, \(4,\), got \(4, 1\)",
        ),
        (
            lambda: scratch.BCEWithLogitsLoss(pos_weight=torch.ones(2))(X, X),
            r"pos_weight must broadcast to the shape of input, \(4, 3\), got \(2,\)",
        ),
        (lambda: scratch.MSELoss()(X, X[:3]), r"target must have the shape of input, \(4, 3\), got \(3, 3\)"),
        (lambda: scratch.Softmax(2)(X), "dim must be a dimension of the input, from -2 to 1, got 2"),
        (lambda: scratch.PReLU(3)(torch.tensor(1.0)), "input must have num_parameters=3 channels, got 1"),
        (lambda: scratch.BatchNorm1d(3, eps=0.0)(X), "eps must be positive in training, got 0"),
        *(
            (
                lambda norm=norm, x=x: norm(3, affine=False, track_running_stats=False).eval()(x),
                "input must have more than one value per channel without running statistics",
            )
            for norm, x in (
                (scratch.BatchNorm1d, X[:1]),
                (scratch.BatchNorm1d, X[:1, :, None]),
                (scratch.BatchNorm2d, X[:1, :, None, None]),
            )
        ),
        (
            lambda: scratch.BatchNorm1d(3, eps=0.0, track_running_stats=False).eval()(X),
            "eps must be positive without running statistics, got 0",
        ),
        (
            lambda: scratch.AvgPool2d(2)(X),
            r"input must have shape \(batch, channels, height, width\) or, .* got \(4, 3\)",
        ),
    ],
)
def test_another_shape_or_value(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_number_alone_keeps_its_shape():
    x = torch.tensor(-2.0)
    assert scratch.PReLU()(x).shape == ()
    assert scratch.PReLU()(x).item() == -0.5
