"""Recurrent layers, one step of them, and sequences of several lengths."""

from torch import nn

from deepdive import scratch
from deepdive.twins._rows import case, layer, pair
from deepdive.twins.kinds import Case, FunctionTwin, Input, LayerTwin, Packed, Sample, Several

_LENGTHS = (3, 1, 5, 3)
_DEEP = {"num_layers": 2, "bidirectional": True}
_SIZES = {"input_size": 3, "hidden_size": 4}


def _states(*shape: int) -> dict[str, Input | tuple[int, ...]]:
    """What a layer of each kind takes as its state."""
    return {"RNN": shape, "GRU": shape, "LSTM": pair(*shape)}


def _layers(name: str, *more: Case) -> LayerTwin:
    """Every option of a kind of layer; the compiler writes out every step, so the last case has few."""
    deep, packed, one = (_states(*shape)[name] for shape in ((4, 2, 4), (4, 4, 4), (1, 4)))
    return layer(
        name,
        case((32, 16, 256), input_size=256, hidden_size=256, batch_first=True),
        case((2, 5, 3), batch_first=True, **_SIZES),
        case((5, 2, 3), bias=False, **_SIZES),
        case((5, 2, 3), num_layers=3, dropout=0.4, **_SIZES),
        case((5, 2, 3), num_layers=2, dropout=1.0, **_SIZES),
        case((5, 3), one, **_SIZES),
        case((5, 3), batch_first=True, **_SIZES),
        case((1, 1, 3), **_SIZES),
        case(Packed(_LENGTHS, 3), **_SIZES),
        case(Packed(_LENGTHS, 3), packed, dropout=0.4, **_DEEP, **_SIZES),
        *more,
        case((2, 2, 3), deep, **_DEEP, **_SIZES),
        random=True,
    )


def _cell(name: str, *more: Case) -> LayerTwin:
    batch, one = (_states(*shape)[name.removesuffix("Cell")] for shape in ((2, 4), (4,)))
    return layer(
        name,
        case((64, 256), input_size=256, hidden_size=256),
        case((2, 3), **_SIZES),
        case((2, 3), batch, bias=False, **_SIZES),
        case((3,), **_SIZES),
        case((3,), one, **_SIZES),
        *more,
        case((2, 3), batch, **_SIZES),
    )


_RELU = {"nonlinearity": "relu"}

RECURRENT: dict[str, LayerTwin] = {
    "RNN": _layers("RNN", case((5, 2, 3), **_RELU, **_SIZES), case(Packed(_LENGTHS, 3), **_RELU, **_DEEP, **_SIZES)),
    "LSTM": _layers(
        "LSTM",
        case((5, 2, 3), Several((Sample((4, 2, 2)), Sample((4, 2, 4)))), proj_size=2, **_DEEP, **_SIZES),
        case(Packed(_LENGTHS, 3), proj_size=3, bias=False, **_DEEP, **_SIZES),
    ),
    "GRU": _layers("GRU"),
    "RNNCell": _cell("RNNCell", case((2, 3), (2, 4), **_RELU, **_SIZES)),
    "LSTMCell": _cell("LSTMCell"),
    "GRUCell": _cell("GRUCell"),
}

_VALUES = "the size of the result depends on values"

PACKING: dict[str, FunctionTwin] = {
    "utils.rnn.pack_padded_sequence": FunctionTwin(
        scratch.utils.rnn.pack_padded_sequence,
        nn.utils.rnn.pack_padded_sequence,
        (
            case((35, 32, 256), lengths=[35, *range(32, 1, -1)]),
            case((4, 5, 3), lengths=[1, 5, 2, 5], batch_first=True, enforce_sorted=False),
            case((6, 2), lengths=[4, 1]),
        ),
        uncompiled=_VALUES,
    ),
    "utils.rnn.pad_packed_sequence": FunctionTwin(
        scratch.utils.rnn.pad_packed_sequence,
        nn.utils.rnn.pad_packed_sequence,
        (
            case(Packed((35, *range(32, 1, -1)), 256)),
            case(Packed(_LENGTHS, 3), batch_first=True, padding_value=-1.5),
            case(Packed(_LENGTHS, 3), total_length=7),
        ),
        uncompiled=_VALUES,
    ),
}
