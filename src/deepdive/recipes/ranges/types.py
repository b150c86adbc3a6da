"""Numbers and texts within bounds, as types of settings: ``dropout: Probability = 0.5``.

The upper bounds are far beyond what is of use, and below what ends in a hang, in a number that overflows, or in the
end of all memory: who types one digit too many is told so before any data is read.
"""

from typing import Annotated

from msgspec import Meta

Probability = Annotated[float, Meta(ge=0, lt=1)]
"""Of dropping a unit; or a fraction that is held out of something, of which something must be left."""
Fraction = Annotated[float, Meta(ge=0, le=1)]
"""Of a whole."""
ProperFraction = Annotated[float, Meta(gt=0, lt=1)]
"""Neither nothing nor all."""
PositiveFraction = Annotated[float, Meta(gt=0, le=1)]
"""Not nothing; perhaps all."""

LearningRate = Annotated[float, Meta(gt=0, le=1000)]
Momentum = Annotated[float, Meta(ge=0, lt=1)]
Penalty = Annotated[float, Meta(ge=0, le=1000)]
"""Weight decay, or the factor of a term of the loss."""
PositivePenalty = Annotated[float, Meta(gt=0, le=1000)]
GradientBound = Annotated[float, Meta(gt=0, le=1e9)]
"""Of a norm or of a value."""
Magnitude = Annotated[float, Meta(ge=0, le=1e6)]
"""A standard deviation, a factor, a weight."""
PositiveMagnitude = Annotated[float, Meta(gt=0, le=1e6)]
Ratio = Annotated[float, Meta(ge=1e-6, le=1e6)]
"""How many times as much of one as of another: so bounded that its inverse is a number."""
Signed = Annotated[float, Meta(ge=-1000, le=1000)]
"""A strength with a direction."""
Strength = Annotated[float, Meta(ge=0, le=1000)]
"""Of a random change; 0 for none."""
Degrees = Annotated[float, Meta(ge=0, le=180)]
Lean = Annotated[float, Meta(ge=0, le=80)]
"""Degrees by which upright lines may lean before they lie."""
HalfTurn = Annotated[float, Meta(ge=0, le=0.5)]
"""In full turns."""
Factor = Annotated[float, Meta(ge=0.01, le=100)]
"""What channels are multiplied with or divided by."""
MeanSpan = Annotated[float, Meta(ge=1, le=1000)]
"""Tokens of a span, on average."""
Temperature = Annotated[float, Meta(gt=0, le=1000)]

Epochs = Annotated[int, Meta(ge=1, le=1_000_000)]
Steps = Annotated[int, Meta(ge=1, le=1_000_000_000)]
BatchSize = Annotated[int, Meta(ge=1, le=1_000_000)]
Seed = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""Half of what generators take, since further seeds are counted on from it."""

Count = Annotated[int, Meta(ge=1, le=100_000_000)]
"""Of examples or tokens that are there already: more of them than there are takes no memory."""
Rows = Annotated[int, Meta(ge=1, le=1_000_000)]
"""Of made-up data."""
CountOrNone = Annotated[int, Meta(ge=0, le=100_000_000)]
"""The same, where 0 stands for none or for all."""
Length = Annotated[int, Meta(ge=1, le=100_000)]
"""Of a sequence or window."""
LengthOrNone = Annotated[int, Meta(ge=0, le=100_000)]
Width = Annotated[int, Meta(ge=1, le=65_536)]
"""Units of a layer, channels, numbers of a vector."""
WidthOrNone = Annotated[int, Meta(ge=0, le=65_536)]
Depth = Annotated[int, Meta(ge=1, le=1000)]
"""Layers or blocks, one upon the other."""
Heads = Annotated[int, Meta(ge=1, le=1024)]
Side = Annotated[int, Meta(ge=1, le=8192)]
"""Of an image, in pixels."""
Kernel = Annotated[int, Meta(ge=1, le=1024)]
"""Side of a window, or its stride."""
Column = Annotated[int, Meta(ge=0, le=8192)]
"""The number of a column of pixels, from 0."""
Padding = Annotated[int, Meta(ge=0, le=1024)]
Folds = Annotated[int, Meta(ge=1, le=1000)]
Few = Annotated[int, Meta(ge=1, le=10_000)]
"""Of what is made or shown one by one: samples, hypotheses, repetitions."""
Workers = Annotated[int, Meta(ge=1, le=256)]
"""Processes."""
Stages = Annotated[int, Meta(ge=1, le=16)]
"""Of a network, each of which halves the image."""
Degree = Annotated[int, Meta(ge=1, le=100)]
"""Of a polynomial."""
Order = Annotated[int, Meta(ge=1, le=100)]
"""Of an n-gram."""
ClassNumber = Annotated[int, Meta(ge=0, le=65_535)]

HeldOut = CountOrNone | Probability
"""A number of examples, or which fraction of them."""

Prompt = Annotated[
    str,
    Meta(
        max_length=10_000,
        pattern=r"(?s)\A(?=\s*\S)[^\x00\ud800-\udfff]*\Z",
        description="a text of at most 10000 characters, not all of them spaces, none NUL or half of one",
    ),
]
"""What a network is asked in the report. Half a character is what Python makes of bytes that are not UTF-8."""
