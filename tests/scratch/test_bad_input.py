"""Sizes and lengths that do not fit are refused in words: NAME must be RULE, got VALUE."""

import pytest
import torch

from deepdive import scratch

pytestmark = pytest.mark.usefixtures("without_shape_checks")  # which would speak first

X = torch.randn(2, 4, 6, generator=torch.Generator().manual_seed(0))
IMAGES = torch.randn(2, 4, 6, 5, generator=torch.Generator().manual_seed(0))
VOLUMES = torch.randn(2, 4, 3, 6, 5, generator=torch.Generator().manual_seed(0))
INDICES = torch.zeros(2, 4, 6, dtype=torch.int64)
LOG = torch.randn(6, 2, 5).log_softmax(2)
TARGETS = torch.tensor([[1, 2, 3], [4, 1, 2]])


def ctc(targets=TARGETS, inputs=(6, 6), lengths=(3, 3), **words):
    return lambda: scratch.CTCLoss(**words)(LOG, targets, inputs, lengths)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        # fewer dimensions than a layer needs
        (lambda: scratch.Conv1d(4, 2, 3)(X[0, 0]), r"input must have shape \(batch, 4, length\) or, .* got \(6,\)"),
        (
            lambda: scratch.Conv3d(4, 2, 3)(X),
            r"input must have shape \(batch, 4, depth, height, width\) .* \(2, 4, 6\)",
        ),
        (
            lambda: scratch.ConvTranspose1d(4, 2, 3)(IMAGES),
            r"input must have shape \(batch, 4, length\) .* got \(2, 4, 6",
        ),
        (lambda: scratch.MaxPool3d(2)(X), r"input must have shape \(batch, channels, depth, .* got \(2, 4, 6\)"),
        (lambda: scratch.AdaptiveAvgPool1d(2)(X[0, 0]), r"input must have shape \(batch, channels, length\) .* \(6,\)"),
        (
            lambda: scratch.ReflectionPad2d(1)(X[0]),
            r"input must have shape \(batch, channels, height, width\) .* \(4, 6",
        ),
        (lambda: scratch.ZeroPad3d(1)(X[0]), r"input must have at least 3 dimensions, got shape \(4, 6\)"),
        (lambda: scratch.BatchNorm3d(4)(IMAGES), r"input must have shape \(batch, 4, depth, height, width\), got"),
        (
            lambda: scratch.InstanceNorm1d(4)(IMAGES),
            r"input must have shape \(4, length\) or \(batch, 4, length\), got",
        ),
        (lambda: scratch.LocalResponseNorm(3)(X[0]), r"input must have shape \(batch, channels, ...\), got \(4, 6\)"),
        (
            lambda: scratch.Dropout1d()(IMAGES),
            r"input must have shape \(batch, channels, length\) or, .* \(2, 4, 6, 5\)",
        ),
        (lambda: scratch.Dropout2d()(X[0, 0]), r"input must have shape \(batch, channels, ...\), got \(6,\)"),
        (
            lambda: scratch.Softmax2d()(X[0]),
            r"input must have shape \(batch, channels, height, width\) or, .* \(4, 6\)",
        ),
        (lambda: scratch.PixelShuffle(2)(X[0]), r"input must have shape \(..., channels · 4, height, width\), got"),
        (lambda: scratch.ChannelShuffle(3)(X), r"input must have shape \(batch, channels · 3, ...\), got \(2, 4, 6\)"),
        (lambda: scratch.Upsample(scale_factor=2)(X[0]), r"input must have shape \(batch, channels, ...\) with one to"),
        (lambda: scratch.Upsample(scale_factor=2, mode="linear")(IMAGES), "with 1 sizes for mode='linear', got"),
        (lambda: scratch.LazyConv1d(2, 3)(IMAGES), r"input must have shape \(batch, channels, length\) or, without"),
        (lambda: scratch.LazyBatchNorm2d()(X), r"input must have shape \(batch, channels, height, width\) and at"),
        (lambda: scratch.GLU()(X[..., :5]), r"input must have an even size along dim=-1, got shape \(2, 4, 5\)"),
        (lambda: scratch.Unflatten(2, (4, 2))(X), r"input must have a size along dim=2 that is .*\(4, 2\), got"),
        # windows and padding larger than the input
        (lambda: scratch.Conv1d(4, 2, 7)(X), "input, with its padding, must be at least 7, over which .*, got 6"),
        (lambda: scratch.Conv3d(4, 2, 4)(VOLUMES), "must be at least 4x4x4, over which the kernel reaches, got 3x6x5"),
        (lambda: scratch.MaxPool1d(7)(X), "input, with its padding, must be at least 7, the reach of a window, got 6"),
        (lambda: scratch.LPPool3d(2, 4)(VOLUMES), "must be at least 4, the reach of a window, got 3"),
        (lambda: scratch.Unfold(6)(IMAGES), "input, with its padding, must be at least 6x6, .* got 6x5"),
        (lambda: scratch.Fold((4, 4), 5)(X), "output_size, with its padding, must be at least 5x5, .* got 4x4"),
        (lambda: scratch.Fold((4, 4), 2)(X), r"input must have shape \(batch, channels · 4, 9\) or, .* \(2, 4, 6\)"),
        (lambda: scratch.ReflectionPad1d(6)(X), "padding must be at most 5 with 'reflect' on an input of 6, got 6"),
        (
            lambda: scratch.CircularPad1d((3, -4))(X),
            "padding must be at most 2 with 'circular' on an input of 2, got 3",
        ),
        (lambda: scratch.CircularPad2d((0, 6, 0, 0))(IMAGES), "padding must be at most 5 with 'circular' .* of 6x5"),
        (lambda: scratch.CircularPad3d(4)(VOLUMES), "padding must be at most 3 with 'circular' on an input of 3x6x5"),
        (lambda: scratch.ConstantPad1d((-3, -3), 0.0)(X), r"must leave .* got \(-3, -3\) along dimension -1"),
        (lambda: scratch.ZeroPad1d(-4)(X), r"padding must leave at least one value of an input of shape \(2, 4, 6\)"),
        (lambda: scratch.MaxPool3d(2, padding=2), "padding must be at most half of kernel_size=2, got 2"),
        (lambda: scratch.ConvTranspose1d(4, 2, 3, padding=9)(X), "padding must leave an output of at least 1, got"),
        (
            lambda: scratch.ConvTranspose1d(4, 2, 3)(X, [9]),
            r"output_size must be a length of 8 to 8, .* got output_size",
        ),
        # what goes with an input
        (lambda: scratch.MaxUnpool1d(2)(X, INDICES[:1]), r"indices must have the shape of input, \(2, 4, 6\), got"),
        (lambda: scratch.MaxUnpool1d(2)(X, INDICES + 12), r"indices must be in \[0, 12\), got 12"),
        (lambda: scratch.MaxUnpool1d(2)(X, INDICES, [15]), r"output_size must be 11 to 13, got \(15,\)"),
        (lambda: scratch.Bilinear(6, 5, 2)(X, X), r"input2 must have shape \(2, 4, 5\), got \(2, 4, 6\)"),
        (lambda: scratch.CosineSimilarity()(X, X[:, :3]), r"x2 must broadcast to x1 \(2, 4, 6\), got \(2, 3, 6\)"),
        (lambda: scratch.LSTM(3, 4, proj_size=4), "proj_size must be at least 0 and below hidden_size=4, got 4"),
        (
            lambda: scratch.LSTM(6, 4, proj_size=2)(X, (torch.zeros(1, 4, 4), torch.zeros(1, 4, 4))),
            r"h of hx must have the shape .* proj_size\) = \(1, 4, 2\), got \(1, 4, 4\)",
        ),
        (
            lambda: scratch.EmbeddingBag(9, 2)(torch.arange(4), torch.tensor([1, 2])),
            r"offsets must begin at 0, not fall, and be at most 4, got \[1, 2\]",
        ),
        (lambda: scratch.EmbeddingBag(9, 2)(torch.arange(4)), "offsets must have one dimension where input has one"),
        (lambda: scratch.EmbeddingBag(3, 2)(INDICES[0] + 3), r"input must hold numbers in \[0, 3\), got 3"),
        # settings out of range
        (lambda: scratch.ReflectionPad1d((1, 2, 3)), r"padding must be one or 2 whole numbers, got \(1, 2, 3\)"),
        (lambda: scratch.Conv3d(4, 2, (3, 3)), r"kernel_size must be one or three whole numbers .* got \(3, 3\)"),
        (lambda: scratch.AdaptiveMaxPool3d(0), "output_size must be one or three integers of at least 1, or None, got"),
        (lambda: scratch.LPPool1d(0, 2), "norm_type must be finite and not 0, got 0"),
        (lambda: scratch.Hardtanh(1.0, 1.0), r"max_val must be above min_val=1\.0, got 1\.0"),
        (lambda: scratch.CELU(0.0), r"alpha must be finite and not 0, got 0\.0"),
        (lambda: scratch.Softshrink(-0.5), r"lambd must be at least 0, got -0\.5"),
        (lambda: scratch.RReLU(0.5, 0.2), r"lower must be finite and at most upper=0\.2, got 0\.5"),
        (lambda: scratch.AlphaDropout(1.5), r"p must be a probability, between 0 and 1, got 1\.5"),
        (lambda: scratch.HuberLoss(delta=0.0), r"delta must be above 0, got 0\.0"),
        (lambda: scratch.SmoothL1Loss(beta=float("inf")), "beta must be at least 0 and finite, got inf"),
        (lambda: scratch.GaussianNLLLoss(eps=-1.0), r"eps must be at least 0, got -1\.0"),
        (lambda: scratch.ELU(float("inf")), "alpha must be finite, got inf"),
        (lambda: scratch.MultiMarginLoss(margin=float("inf")), "margin must be finite, got inf"),
        (lambda: scratch.TripletMarginLoss(margin=0.0), r"margin must be above 0, got 0\.0"),
        (lambda: scratch.MultiMarginLoss(p=3), "p must be 1 or 2, got 3"),
        (lambda: scratch.Upsample()(IMAGES), "size or scale_factor must be given, and not both, got None and None"),
        (
            lambda: scratch.Upsample(2, align_corners=True)(IMAGES),
            "align_corners must be None with mode='nearest', got",
        ),
        # losses
        (lambda: scratch.BCELoss()(X, X), "input must hold probabilities, from 0 to 1, got"),
        (lambda: scratch.BCELoss()(X.sigmoid(), X), "target must hold probabilities, from 0 to 1, got"),
        (
            lambda: scratch.PairwiseDistance(float("inf"))(X[..., :0], X[..., :0]),
            "p must be finite and not negative .* inf",
        ),
        (lambda: scratch.L1Loss()(X, X[:, :3]), r"target must have the shape of input, \(2, 4, 6\), got \(2, 3, 6\)"),
        (lambda: scratch.GaussianNLLLoss()(X, X, -X.abs()), "var must not be negative, got -"),
        (lambda: scratch.GaussianNLLLoss()(X, X, X[0]), r"var must have the shape of input, .* got \(4, 6\)"),
        (lambda: scratch.MultiMarginLoss()(X[0], torch.tensor([0, 1, 2, 6])), "target must be from 0 to 5, got 6"),
        (lambda: scratch.MultiLabelMarginLoss()(X[0], INDICES[0] - 2), "target must be from 0 to 5 or -1, got -2"),
        (
            lambda: scratch.CosineEmbeddingLoss()(X[0], X[0], X[0]),
            r"target must have one dimension, or none, got shape",
        ),
        (lambda: scratch.TripletMarginLoss()(X, X, X[:1]), r"negative must have the shape of anchor, \(2, 4, 6\), got"),
        (ctc(inputs=(6, 7)), r"input_lengths must be from 0 to 6, the number of steps, got \[6, 7\]"),
        (ctc(inputs=(6,)), r"input_lengths must be one per sequence, 2 of them, got shape \(1,\)"),
        (ctc(lengths=(3, 4)), r"targets must have shape \(batch=2, 4 or more\), as target_lengths say, got \(2, 3\)"),
        (ctc(lengths=(-1, 3)), r"target_lengths must not be negative, got \[-1, 3\]"),
        (ctc(targets=TARGETS.flatten(), lengths=(3, 2)), r"targets must have shape .* \(5,\), all that .* got \(6,\)"),
        (ctc(targets=TARGETS + 3), "targets must be from 0 to 4, got 5"),
        (ctc(blank=5), "blank must be a class, from 0 to 4, got 5"),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: scratch.MaxPool1d(2, ceil_mode=1), "ceil_mode must be True or False, got 1"),
        (lambda: scratch.Conv1d(4, 2, 3)(X.double()), "input must have the dtype of weight, float32, got float64"),
        (lambda: scratch.SiLU()(INDICES), "input must be a floating-point tensor, got int64"),
        (lambda: scratch.MultiMarginLoss()(X[0], X[0, :, 0]), "target must be an int64 tensor, got float32"),
        (lambda: scratch.MultiLabelSoftMarginLoss()(X, X > 0), "target must be a real tensor, got bool"),
        (
            lambda: scratch.Upsample(3, mode="linear")(INDICES),
            "input must be floating-point with mode='linear', got int64",
        ),
        (lambda: scratch.Upsample(3, mode="linear", align_corners=1), "align_corners must be True or False, got 1"),
        (lambda: scratch.L1Loss()(INDICES, INDICES), "input or target must be floating-point, got torch.int64"),
        (ctc(targets=TARGETS.float()), "targets must hold classes of an integer dtype, got float32"),
        (ctc(inputs=(6.0, 6.0)), r"input_lengths must be integers, one per sequence, got \(6\.0, 6\.0\)"),
    ],
)
def test_another_kind_of_argument_is_refused(call, words):
    with pytest.raises(TypeError, match=words):
        call()
