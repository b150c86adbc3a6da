"""Where activations, windows of any dimension, paddings, distances and losses differ from the library on purpose."""

from .deliberate import ACCEPTED, REFUSED, Deliberate

ROWS = (
    Deliberate(
        ".*Loss|Hard|Softshrink|LPPool|PairwiseDistance",
        r"(margin|delta|beta|min_val|max_val|lambd|norm_type|p|eps)=(nan|inf)",
        REFUSED,
        "a margin, a bound or a norm is a number; with NaN every result is NaN, or a comparison never holds",
    ),
    Deliberate("LocalResponseNorm", r"\w+=2j", REFUSED, "networks here are of real numbers"),
    Deliberate(
        ".*",
        ".*",
        f"{ACCEPTED}: NotImplementedError: .* not implemented for '(Half|BFloat16)'",
        "the library lacks a kernel for half precision on the CPU",
    ),
    Deliberate(
        "Softsign|Unfold|Fold",
        ".*",
        f"{ACCEPTED}: NotImplementedError: .* not implemented for '(Bool|Long|Int|Short|Byte|Char)'",
        "the equation holds for any number; the library lacks a kernel for whole ones",
    ),
    Deliberate(
        "HuberLoss|BCELoss|MultiMarginLoss|EmbeddingBag",
        ".*",
        f"{ACCEPTED}: RuntimeError: (Found dtype|result type|expected scalar type|Expected tensor .* the same type)",
        "dtypes are promoted; the library's kernel, or its gradient, wants one of all",
    ),
    Deliberate(
        "CrossEntropyLoss|MultiheadAttention|Transformer|functional.scaled",
        r"(label_smoothing|dropout|dropout_p)=(-|nan)",
        REFUSED,
        "a probability is not negative; the library takes it for none",
    ),
    Deliberate(
        "RNNCell|LSTMCell|GRUCell|Transformer", r"(hidden_size|dim_feedforward)=0", REFUSED, "a layer has a unit"
    ),
    Deliberate(
        "FeatureAlphaDropout|Dropout[23]d",
        "(all inputs|input 0).*(first|flat|a number)",
        REFUSED,
        "whole channels are dropped, so there are channels, also where p is 0",
    ),
    Deliberate(
        "ConstantPad|ZeroPad",
        r"padding=(\(|\[|\{)",
        REFUSED,
        "each dimension has two sides; the library pads the last dimensions alone",
    ),
    Deliberate("ConstantPad|ZeroPad", "padding=-", REFUSED, "a padding that cuts leaves something"),
    Deliberate(".*Pool", r"(stride|kernel_size|padding)=\{\}", REFUSED, "a dict is no size"),
    Deliberate(
        "Upsampl",
        r"scale_factor=(0|False|\{\}|\(\))",
        REFUSED,
        "a factor is above 0; the library takes nothing for none given",
    ),
    Deliberate(
        "AvgPool3d",
        "(all inputs|input 0) of size 1 along",
        ACCEPTED,
        "with its padding the input holds a window; the library's kernel does not count it",
    ),
    Deliberate(
        "MaxUnpool3d",
        "input 1 strided",
        ACCEPTED,
        "indices may lie in memory as they like; the library's kernel wants a view",
    ),
    Deliberate("PixelShuffle|PixelUnshuffle|ChannelShuffle", ".*empty", ACCEPTED, "nothing to shuffle gives nothing"),
    Deliberate("(Lazy)?InstanceNorm", ".*empty along 0", ACCEPTED, "a batch of none gives none"),
    Deliberate(
        "(Lazy)?InstanceNorm",
        "eps=0$",
        REFUSED,
        "equal values would be divided by 0, as the library says of batch normalisation",
    ),
    Deliberate(
        "LazyInstanceNorm",
        "input 0 its first",
        ACCEPTED,
        "without batch the channels come first; the library's lazy form counts the second dimension",
    ),
    Deliberate(
        "CosineSimilarity",
        "(all inputs|input .) (of size 1|huge)",
        "gradients: off by",
        "of single numbers the cosine is a sign: the gradient is 0 but for rounding",
    ),
    Deliberate("GaussianNLLLoss", "input 1 is 1.5", REFUSED, "a target is a tensor"),
    Deliberate(
        "TripletMargin",
        "(all inputs|input .) of size 1",
        REFUSED,
        "anchor, positive and negative are one each; the library broadcasts them",
    ),
    Deliberate(
        "MultiLabelSoftMarginLoss",
        "input . (its first|flat|wrapped|a number)",
        REFUSED,
        "the classes are the last dimension of input and target; the library broadcasts, and sums over another",
    ),
    Deliberate("Hardswish", "input 0 .*-inf", "outputs", "the limit is 0; the library's kernel multiplies -inf by 0"),
    Deliberate(
        "HingeEmbeddingLoss", ".*int|.*uint8", REFUSED, "a distance is no integer; the library cuts the margin, too"
    ),
    Deliberate(
        "CTCLoss", "blank=", "gradients", "a target that holds the blank is none; what comes of it is not defined"
    ),
)
