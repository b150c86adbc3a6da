"""Attention, as a function and as a layer."""

from torch import nn

from deepdive import scratch
from deepdive.twins._rows import case, layer
from deepdive.twins.kinds import Case, FunctionTwin, Input, LayerTwin, Plain, Sample

_NONE, _NO = Plain(None), Plain(False)
_QUERIES, _KEYS = (2, 4, 3, 5), (2, 4, 6, 5)
_TIMED = (16, 64, 256)
_SIZES = {"embed_dim": 8, "num_heads": 2}
_FIRST = {"batch_first": True, **_SIZES}
_BATCH = ((2, 3, 8), (2, 5, 8), (2, 5, 8))


def _hidden(*shape: int) -> Sample:
    return Sample(shape, "hidden")


FUNCTIONS: dict[str, FunctionTwin] = {
    "functional.scaled_dot_product_attention": FunctionTwin(
        scratch.functional.scaled_dot_product_attention,
        nn.functional.scaled_dot_product_attention,
        (
            case((16, 8, 64, 32), (16, 8, 64, 32), (16, 8, 64, 32)),
            case(_QUERIES, _KEYS, (2, 4, 6, 7)),
            case((3, 5), (6, 5), (6, 2), scale=0.7),
            case(_QUERIES, _KEYS, _KEYS, attn_mask=Sample((3, 6), "seen")),
            case(_QUERIES, _KEYS, _KEYS, attn_mask=Sample((2, 1, 1, 6), "seen")),
            case(_QUERIES, _KEYS, _KEYS, attn_mask=Sample((4, 3, 6))),
            case(_QUERIES, _KEYS, _KEYS, attn_mask=Sample((3, 6), "seen"), dropout_p=0.4),
            case(_KEYS, _QUERIES, _QUERIES, is_causal=True),
            case(_QUERIES, _KEYS, _KEYS, is_causal=True),
            case(_KEYS, _KEYS, _KEYS, attn_mask=Sample((2, 1, 6, 6), "seen")),
        ),
    )
}


def _cases() -> tuple[Case, ...]:
    """Every option of ``MultiheadAttention``: masks, what comes back, what is appended, shapes."""
    both: tuple[Input, ...] = (_hidden(2, 5), Plain(True), _hidden(3, 5))
    return (
        case(_TIMED, _TIMED, _TIMED, embed_dim=256, num_heads=8, batch_first=True),
        case(*_BATCH, **_FIRST),
        case((3, 2, 8), (5, 2, 8), (5, 2, 8), **_SIZES),
        case((3, 8), (5, 8), (5, 8), **_SIZES),
        case((3, 8), (5, 8), (5, 8), _hidden(5), Plain(True), _hidden(2, 3, 5), **_FIRST),
        case((3, 2, 8), (5, 2, 6), (5, 2, 7), kdim=6, vdim=7, **_SIZES),
        case((2, 3, 8), (2, 5, 8), (2, 5, 7), _NONE, _NO, vdim=7, bias=False, **_FIRST),
        case(*_BATCH, _hidden(2, 5), **_FIRST),
        case(*_BATCH, *both, **_FIRST),
        case(*_BATCH, *both, _NO, **_FIRST),
        case(*_BATCH, _hidden(2, 5), _NO, _hidden(4, 3, 5), **_FIRST),
        case(*_BATCH, Sample((2, 5)), Plain(True), Sample((3, 5)), **_FIRST),
        case(*_BATCH, Sample((2, 5)), _NO, Sample((4, 3, 5)), **_FIRST),
        case(*_BATCH, *both, add_bias_kv=True, add_zero_attn=True, **_FIRST),
        case((3, 2, 8), (5, 2, 8), (5, 2, 8), _hidden(2, 5), _NO, add_bias_kv=True, **_SIZES),
        case((3, 2, 8), (5, 2, 8), (5, 2, 8), _NONE, _NO, _hidden(3, 5), add_zero_attn=True, **_SIZES),
        case(*_BATCH, _NONE, Plain(True), Sample((3, 5), "future"), Plain(True), Plain(True), **_FIRST),
        case(*_BATCH, _NONE, _NO, Sample((3, 5), "future"), Plain(True), Plain(True), **_FIRST),
        case(*_BATCH, _hidden(2, 5), _NO, Sample((3, 5), "future"), Plain(True), Plain(True), **_FIRST),
        case(*_BATCH, *both, dropout=0.4, **_FIRST),
        case(*_BATCH, _hidden(2, 5), _NO, dropout=0.4, **_FIRST),
        case(*_BATCH, dropout=1.0, **_FIRST),
        case(*_BATCH, _hidden(2, 5), _NO, _hidden(3, 5), **_FIRST),
    )


ATTENTION: dict[str, LayerTwin] = {"MultiheadAttention": layer("MultiheadAttention", *_cases(), random=True)}
