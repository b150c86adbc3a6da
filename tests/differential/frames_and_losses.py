"""Where activations, windows of any dimension, paddings, distances and losses differ from the library on purpose."""

from .deliberate import ACCEPTED, REFUSED, Deliberate

ROWS = (
    Deliberate(
        ".*Loss|Hard|Softshrink|LPPool|PairwiseDistance",
        r"(margin|delta|beta|min_val|max_val|lambd|norm_type|p|eps)=(nan|inf)",
        REFUSED,
        "a margin or a bound is finite, a norm a number; with NaN every result is NaN, or a comparison never holds",
    ),
    Deliberate("LocalResponseNorm", r"\w+=2j", REFUSED, "networks here are of real numbers"),
    Deliberate(
        ".*",
        ".*",
        f"{ACCEPTED}: NotImplementedError: .* not implemented for '(Half|BFloat16)'",
        "the library lacks a kernel for half precision on the CPU",
    ),
    Deliberate(
        "Softsign|Unfold|Fold|MaxPool1d|Upsampl",
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
        r"\w+Pad\dd",
        r"padding=(\(|\[|\{)",
        REFUSED,
        "each dimension has two sides; the library pads the last dimensions alone",
    ),
    Deliberate(
        r"\w+Pad\dd",
        r"padding=-|.*(of size 1|wrapped at the end|shorter)",
        f"{REFUSED}: ValueError: padding must leave",
        "a padding that cuts leaves something",
    ),
    Deliberate("ConstantPad", "value=None", REFUSED, "a value is a number; the library takes 0 for none"),
    Deliberate(".*Pool", r"(stride|kernel_size|padding)=\{\}", REFUSED, "a dict is no size"),
    Deliberate(
        "Upsampl",
        r"scale_factor=(0|False|\{\}|\(\))",
        REFUSED,
        "a factor is above 0; the library takes nothing for none given",
    ),
    Deliberate(
        "Upsampl",
        ".*uint8",
        f"{REFUSED}: TypeError: input must be floating-point",
        "a mean of integers is no integer; the library rounds that of bytes alone",
    ),
    Deliberate(
        "Upsample",
        "input 0 (with|all) -?inf",
        "outputs|gradients",
        "infinity times a weight of 0 is NaN; the library's kernel of several dimensions weighs another way",
    ),
    Deliberate(
        "Upsample",
        "without mode",
        "gradients",
        'of volumes the library keeps a size in the gradient of "nearest", but not in its output',
    ),
    Deliberate(
        "AvgPool3d|LPPool3d",
        r"(all inputs|input 0) (of size 1 along|wrapped at the end)|kernel_size=7",
        ACCEPTED,
        "the input holds a window with its padding, or one that hangs over; the library's kernel counts neither",
    ),
    Deliberate(
        "AdaptiveAvgPool",
        ".*(empty|wrapped)",
        REFUSED,
        "an input has channels and values; the library looks at nothing where every size is kept",
    ),
    Deliberate(
        "MaxUnpool1d", r"stride=(\(|\[)", REFUSED, "a length has one stride; the library takes the first of several"
    ),
    Deliberate(
        "MaxUnpool",
        "input 1 strided",
        ACCEPTED,
        "indices may lie in memory as they like; the library's kernel wants a view",
    ),
    Deliberate("PixelShuffle|PixelUnshuffle|ChannelShuffle", ".*empty", ACCEPTED, "nothing to shuffle gives nothing"),
    Deliberate(
        "(Lazy)?InstanceNorm",
        ".*empty along 0",
        f"{ACCEPTED}|buffers",
        "a batch of none gives none, and tells the running statistics nothing",
    ),
    Deliberate(
        "(Lazy)?InstanceNorm",
        ".*",
        f"{REFUSED}: TypeError: input must have the dtype of running_mean",
        "running statistics have the precision of what they are of, as the library asks of batch normalisation",
    ),
    Deliberate(
        "LocalResponseNorm",
        "under autocast",
        r"outputs: torch\.float32",
        "squares are added in single precision; by the library's kernels of three dimensions, not by those of two",
    ),
    Deliberate(
        "(Lazy)?InstanceNorm",
        "eps=0$",
        REFUSED,
        "equal values would be divided by 0, as the library says of batch normalisation",
    ),
    Deliberate(
        "LazyInstanceNorm",
        "(all inputs'|input 0 its) first",
        ACCEPTED,
        "without batch the channels come first; the library's lazy form counts the second dimension",
    ),
    Deliberate(
        "CosineSimilarity|TripletMarginWithDistanceLoss",
        "(all inputs|input .) (of size 1|huge|as |wrapped|its first|expanded|all 2.0)",
        "gradients: off by",
        "of single numbers and of parallel vectors the gradient of the cosine is 0 but for rounding",
    ),
    Deliberate("EmbeddingBag", "include_last_offset=", REFUSED, "a flag is True or False, also where it is not read"),
    Deliberate("EmbeddingBag", ".*empty along 1", ACCEPTED, "an empty bag is 0"),
    Deliberate(
        "EmbeddingBag",
        "input . as (int16|uint8|bool)",
        REFUSED,
        "indices and offsets are int64 or int32, of which the library asks only one",
    ),
    Deliberate(
        "EmbeddingBag",
        "input 1 (longer|with -)",
        f"{REFUSED}: ValueError: offsets",
        "bags begin one after the other; the library takes an end before its beginning",
    ),
    Deliberate("(GaussianNLL|MultiLabelSoftMargin)Loss", "input 1 is 1.5", REFUSED, "a target is a tensor"),
    Deliberate(
        "TripletMargin|CosineEmbeddingLoss",
        "(all inputs|input .)( of size 1|' first)",
        REFUSED,
        "vectors are compared one with one, and have a dimension; the library broadcasts them",
    ),
    Deliberate(
        "MultiLabelSoftMarginLoss",
        "(all inputs|input .) (its first|flat|wrapped|a number|of size 1)",
        REFUSED,
        "the classes are the last dimension of input and target; the library broadcasts, and sums over another",
    ),
    Deliberate(
        "CosineEmbedding|TripletMargin|CosineSimilarity|LPPool|Fold|PoissonNLL",
        "(all inputs|input .) (as )?bool$",
        REFUSED,
        "truth values are no numbers; some of the library's kernels count them, some do not",
    ),
    Deliberate("L1Loss", "all inputs (int|uint)", REFUSED, "a loss has a gradient; the library's of integers has none"),
    Deliberate("SoftMarginLoss", "input . huge", "outputs|gradients", "the library's exponential overflows"),
    Deliberate("SoftMarginLoss", "input 1 as uint8", "gradients", "the library's -target overflows"),
    Deliberate("LPPool", "input 0 tiny", "outputs|gradients", "powers near the least number of a type are nearly 0"),
    Deliberate("Threshold", ".*uint8", ACCEPTED, "-0.3 is 0 among whole numbers, as in the library's Hardtanh"),
    Deliberate("Softplus", "beta=0$", REFUSED, "nothing is divided by 0"),
    Deliberate("Hardswish", "input 0 .*-inf", "outputs", "the limit is 0; the library's kernel multiplies -inf by 0"),
    Deliberate(
        "HingeEmbeddingLoss", ".*int|.*uint8", REFUSED, "a distance is no integer; the library cuts the margin, too"
    ),
    Deliberate("CTCLoss", "input 1 as (b?float|bool)", REFUSED, "classes are integers; the library cuts them off"),
    Deliberate("CTCLoss", "input [23] wrapped", REFUSED, "lengths are one per sequence, in one dimension"),
    Deliberate("CTCLoss", "input [23] is a list", ACCEPTED, "one of the lengths may be a list, too"),
    Deliberate(
        "CTCLoss", "(without )?zero_infinity", "gradients", "no path has no influence: 0, where the library gives NaN"
    ),
    Deliberate(
        "CTCLoss",
        "input 0 (huge|(with|all) (nan|-?inf))",
        "outputs|gradients",
        "what is above 0 or infinite is no logarithm of a probability; the order of terms says what comes of it",
    ),
    Deliberate(
        "CTCLoss",
        "(without )?blank",
        "gradients",
        "a target that holds the blank is none; what comes of it is not defined",
    ),
)
