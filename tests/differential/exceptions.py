"""Where the from-scratch toolkit differs from the library on purpose, and why: the one table of it.

A row holds for the names, mutations and differences that its three patterns match, from their beginnings. Every row is
needed: a test says which are not.
"""

import re
from typing import Any

from torch import Tensor

from .deliberate import ACCEPTED, REFUSED, Deliberate
from .frames_and_losses import ROWS
from .mutations import Call

EXCEPTIONS = (
    *ROWS,
    Deliberate(
        ".*",
        ".*complex64",
        REFUSED,
        "networks here are of real numbers: what the library lends complex ones is refused",
    ),
    Deliberate(
        "Embedding|utils.rnn.pack",
        ".*complex64",
        ACCEPTED,
        "rows are looked up whatever they are; the gradient is right",
    ),
    Deliberate(".*", r"\w+=(True|False)$", REFUSED, "a flag is no size, which the library takes for 0 or 1"),
    Deliberate(
        ".*",
        r"\w+=(np\.|array|tensor)",
        f"{REFUSED}|{ACCEPTED}",
        "one number of NumPy or torch stands for Python's, several never for a tuple; the library's layers differ",
    ),
    Deliberate(
        "functional|utils",
        r"(error_if_nonfinite|enforce_sorted)=",
        REFUSED,
        "flags of functions are booleans; the library asks for that in some functions only",
    ),
    Deliberate(
        "Conv|LazyConv|AvgPool|MaxPool|LPPool",
        r"(kernel_size|stride|padding|dilation|output_padding)=(\(\)|\(1,\)|\[1\])$",
        f"{REFUSED}|{ACCEPTED}",
        "a height and a width are one number or two; the library stretches a tuple of one or of none",
    ),
    Deliberate("PReLU", r"num_parameters=(\(\)|\(1,\)|\[1\])$", REFUSED, "the number of channels is a number"),
    Deliberate(".*", r"\w*eps=(-|nan|inf)", REFUSED, "a negative or infinite eps gives NaN or 0 for every number"),
    Deliberate(
        "(Lazy)?(Batch|Instance)Norm",
        "momentum=",
        REFUSED,
        "running statistics are means: outside of [0, 1] they run away",
    ),
    Deliberate(
        "LeakyReLU|PReLU|CELU|ELU|Softplus",
        r"(negative_slope|init|alpha|beta)=(nan|inf)",
        REFUSED,
        "a slope is a finite number",
    ),
    Deliberate(
        "ReLU|ReLU6|LeakyReLU|PReLU|RReLU|SELU|CELU|ELU|Hardtanh|Hardswish|MaxPool|PairwiseDistance",
        "input . .*with nan",
        "gradients",
        "NaN has no derivative",
    ),
    Deliberate("MaxPool", "input 0 all -inf", "gradients", "in a tie of -inf with the padding the padding comes first"),
    Deliberate("GELU", "input 0 with inf", "outputs|gradients", "inf Φ(inf) is inf; the library's kernel gives NaN"),
    Deliberate(
        "(Lazy)?(Batch|Instance)Norm",
        "input 0 .*-?inf",
        "buffers",
        "the mean is corrected for rounding, and inf - inf is NaN",
    ),
    Deliberate(
        "(Lazy)?(Batch|Instance)Norm",
        ".*empty along 1",
        REFUSED,
        "without channels it is another input; the library gives nothing",
    ),
    Deliberate(
        "GroupNorm", ".*empty along", "gradients", "nothing has no influence: 0, where the library divides by 0"
    ),
    Deliberate("LazyConv", ".*empty along 0", REFUSED, "no channels say nothing about in_channels"),
    Deliberate(
        "ConvTranspose3d",
        "padding=",
        f"{REFUSED}: ValueError: padding must leave",
        "an output holds something; of three dimensions the library gives an empty one",
    ),
    Deliberate(
        "LazyConv",
        "out_channels=",
        f"{REFUSED}: ValueError: groups",
        "groups divide the channels; the library's lazy forms do not look",
    ),
    Deliberate("AdaptiveAvgPool|AdaptiveMaxPool", "output_size=None", ACCEPTED, "None keeps both sizes, as in a pair"),
    Deliberate(
        "AvgPool|LocalResponseNorm",
        ".*int64",
        REFUSED,
        "a mean of integers is no integer; the library rounds that of int64 alone",
    ),
    Deliberate("BCEWithLogitsLoss", "pos_weight as uint8", "outputs", "the library's 1 - pos_weight overflows"),
    Deliberate(
        "BCEWithLogitsLoss|SoftMarginLoss|MultiLabelSoftMarginLoss",
        ".*(with|all) -?inf",
        "gradients|outputs",
        "inf times 0 is NaN in one order of terms",
    ),
    Deliberate(
        "BCELoss|BCEWithLogitsLoss|CrossEntropyLoss|MultiLabelSoftMarginLoss",
        "weight as bool",
        REFUSED,
        "a weight is a number",
    ),
    Deliberate(
        "MultiheadAttention|Transformer",
        ".*(all true|all -inf|as bool)",
        "outputs|gradients",
        "a query that may attend to nothing gets 0; the library's NaN would spread",
    ),
    Deliberate(
        "Transformer|functional.scaled|MultiheadAttention",
        "input . (with|all) (nan|-?inf)",
        "gradients|outputs",
        "what NaN and infinity make of other numbers depends on the order of terms and on what a mask hides",
    ),
    Deliberate(
        "Transformer|MultiheadAttention",
        "all inputs|input|batch_first|without batch_first",
        rf"{REFUSED}: (ValueError|TypeError): \w+_mask",
        "a mask is checked, also where is_causal lets the library leave it unread",
    ),
    Deliberate(
        "Transformer..coderLayer|MultiheadAttention",
        "input . is None",
        ACCEPTED,
        "None is no, as it is for is_causal of a stack",
    ),
    Deliberate(
        "functional.scaled",
        ".*empty|attn_mask (a number|its first)",
        f"{REFUSED}: ValueError: attn_mask",
        "a mask has queries and keys; some of the library's kernels do not look",
    ),
    Deliberate("init.calculate_gain", "param=", REFUSED, "a parameter is a number, also where it is not used"),
    Deliberate("init.kaiming", "a=", REFUSED, "a slope is a number, also where it is not used"),
    Deliberate("init", r"(gain|a)=inf", REFUSED, "numbers are drawn of finite size"),
    Deliberate(
        "init.orthogonal_",
        "under autocast|input 0 as .*float16",
        REFUSED,
        "half precision has no QR decomposition, which the library makes in single precision inside of autocast alone",
    ),
    Deliberate("utils.clip_grad_value_", "all inputs", ACCEPTED, "without gradients there is nothing to do"),
    Deliberate("LSTM", "input 1 of three", REFUSED, "a state is a pair; the library drops the rest"),
    Deliberate(
        "CrossEntropyLoss|NLLLoss",
        ".*as uint8",
        ACCEPTED,
        "classes may be uint8; parts of the library cannot read them",
    ),
    Deliberate(
        "LSTM$", "under autocast float16", ACCEPTED, "the library needs a processor with an LSTM in half precision"
    ),
    Deliberate(
        "LSTM$",
        "under autocast",
        r"outputs: torch\.b?float16 .* for torch\.float32",
        "with projections a layer gives half precision as without them; the library's gives single",
    ),
    Deliberate(
        "LSTM(Cell)?$",
        r"input 1 \[1\] (as|wrapped)",
        REFUSED,
        "c has the dtype of h, which the library checks of h alone",
    ),
    Deliberate(
        "utils.rnn.pack",
        "lengths|input 0 longer along 0",
        REFUSED,
        "there is one length per sequence; the library drops the sequences without one",
    ),
    Deliberate(
        "(Feature)?(Alpha)?Dropout", ".*int|.*bool", REFUSED, "dropout is for floating-point numbers, also where p is 0"
    ),
    Deliberate(
        "RNN$|LSTM$|GRU$",
        "input 1 .*longer along 1",
        REFUSED,
        "there is one state per sequence; the library drops the rest",
    ),
    Deliberate(
        "(Lazy)?(Batch|Instance|Group|Layer|RMS)Norm",
        "num_features=|num_channels=|dtype=|.*along 1",
        REFUSED,
        "what a layer is told is checked, also where it has no parameters that would show it",
    ),
    Deliberate(
        "(Lazy)?(Batch|Instance|Group|Layer)Norm",
        ".*(all 2.0|of size 1|shorter)",
        r"(outputs|gradients): off by (\d(\.\d)?e-05|0\.000\d)",
        "of equal numbers rounding is left, by 1/√eps too large; ours is corrected",
    ),
    Deliberate(
        "AvgPool|MaxPool|AdaptiveAvgPool|AdaptiveMaxPool|LPPool",
        ".*empty along 0",
        REFUSED,
        "an image alone has channels, a batch may be empty",
    ),
    Deliberate(
        "Conv|LazyConv|MaxUnpool", r"padding=(-1|-2|\(2, -1\))", REFUSED, "padding adds; the library's modes let it cut"
    ),
    Deliberate(
        "RNN|RNNCell|GELU", "input . (packed )?(with|all) (nan|-?inf)", "gradients", "ReLU has no derivative at NaN"
    ),
    Deliberate(
        "CrossEntropyLoss|NLLLoss",
        "weight wrapped",
        REFUSED,
        "weights of classes are a vector; the library views it as one",
    ),
    Deliberate("Tanh", "input 0 huge", "gradients", "where the slope is below rounding, so is what is left of it"),
    Deliberate("functional.logsumexp", r"dim=\(\)", REFUSED, "no dimension is not all of them"),
    Deliberate(
        "Transformer|MultiheadAttention|functional.scaled",
        "input . huge|under autocast",
        r"gradients: off by (0\.[012]|\d(\.\d)?e-05)",
        "of weights that are all but 0 or 1, or of a ReLU at its kink, rounding decides",
    ),
    Deliberate(
        "functional.scaled", "scale=", "outputs|gradients", "the library's causal mask comes before a scale <= 0"
    ),
    Deliberate("functional.scaled", "under autocast .*float64", ACCEPTED, "a mask is made of the query's dtype"),
    Deliberate("Transformer|MultiheadAttention", ".*empty", ACCEPTED, "no sequence has no output"),
    Deliberate(
        "Transformer$",
        r"(nhead|num_encoder_layers|num_decoder_layers|dim_feedforward|dropout|activation|layer_norm_eps|dtype)=",
        rf"{REFUSED}: (TypeError|ValueError): \w+ must be",
        "settings are checked, also where stacks of one's own let the library leave them unread",
    ),
    Deliberate("utils.clip_grad_norm_", ".*empty", ACCEPTED, "the norm of nothing is 0"),
    Deliberate("init.dirac_", "groups=-", REFUSED, "groups are counted; the library makes no 1 at all"),
    Deliberate("init.orthogonal_", "input 0 strided", ACCEPTED, "any layout can be filled"),
)


def unsafe(name: str, call: Call) -> bool:
    """Whether the library must not be called so: it would read and write memory that is not its own.

    Its LSTM does with states of other sizes; its attention on the CPU with keys and values of other sizes; its CTC loss
    with classes that there are not (the program ends with "double free or corruption") and with targets one after the
    other that are not so in memory; its bags of embeddings with categories that are in no bag (Segmentation fault in
    the gradient); its losses of margins of several classes with no examples, of which they give what happens to lie in
    memory.
    """
    if name == "CTCLoss":
        return re.match("input 1 (with|all|expanded)", call.words) is not None
    if name == "EmbeddingBag" and len(call.inputs) > 1:
        categories, offsets, *_ = call.inputs
        return isinstance(offsets, Tensor) and not _bags_hold(categories, offsets, call.arguments)
    if name in ("MultiMarginLoss", "MultiLabelMarginLoss"):
        return call.words == "all inputs empty along 0"
    if name == "functional.scaled_dot_product_attention":
        return re.match("input [12] .*(along|first)", call.words) is not None
    states = name in ("RNN", "LSTM", "GRU") and len(call.inputs) > 1
    sizes = r"input 1 .*along [02]|input 1 .*(wrapped|flat|first)|(without )?(num_layers|bidirectional|hidden_size)"
    return states and re.match(sizes, call.words) is not None


def _bags_hold(categories: Any, offsets: Tensor, arguments: dict[str, Any]) -> bool:
    """Whether there is a bag, and each category in one."""
    if "include_last_offset" not in arguments:
        return offsets.numel() > 0
    return offsets.numel() > 1 and isinstance(categories, Tensor) and offsets.flatten()[-1] == categories.numel()


def reason(name: str, words: str, difference: str) -> str:
    """Why a difference is meant; empty if it is not."""
    return next((each.reason for each in EXCEPTIONS if each.holds(name, words, difference)), "")
