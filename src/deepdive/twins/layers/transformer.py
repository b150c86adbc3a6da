"""Layers of encoders and decoders, several of them, and both together."""

from typing import Any

from deepdive.twins._rows import case, layer
from deepdive.twins.kinds import Case, LayerTwin, Part, Plain, Sample

_NONE, _TRUE = Plain(None), Plain(True)
_SIZES: dict[str, Any] = {"d_model": 8, "nhead": 2, "dim_feedforward": 12}
_FIRST = {**_SIZES, "batch_first": True}
_TIMED = {"d_model": 256, "nhead": 8, "dim_feedforward": 1024, "batch_first": True}
_SRC, _TGT = (2, 5, 8), (2, 3, 8)
_FUTURE = {n: Sample((n, n), "future") for n in (3, 5)}
_PADDING = {n: Sample((2, n), "hidden") for n in (3, 5)}
_NORM = Part("LayerNorm", {"normalized_shape": 8})


def _options(*inputs: tuple[int, ...]) -> tuple[Case, ...]:
    """What encoder and decoder layers can be made with."""
    return (
        case(*inputs, **_FIRST),
        case(*inputs, norm_first=True, **_FIRST),
        case(*inputs, activation="gelu", layer_norm_eps=1e-2, **_FIRST),
        case(*inputs, activation=Part("Tanh"), bias=False, **_FIRST),
        case(*inputs, dropout=0.0, bias=False, norm_first=True, **_SIZES),
        case(*inputs, dropout=1.0, **_SIZES),
        case(*(shape[1:] for shape in inputs), **_FIRST),
    )


def _made_of(name: str, **arguments: Any) -> Part:
    return Part(name, {**_FIRST, **arguments})


_ENCODER, _DECODER = _made_of("TransformerEncoderLayer"), _made_of("TransformerDecoderLayer")
_BOTH_MASKS = (_FUTURE[3], Sample((4, 3, 5), "hidden"), _PADDING[3], _PADDING[5])

TRANSFORMER: dict[str, LayerTwin] = {
    "TransformerEncoderLayer": layer(
        "TransformerEncoderLayer",
        case((16, 64, 256), **_TIMED),
        *_options(_SRC),
        case(_SRC, Sample((5, 5), "hidden"), **_FIRST),
        case(_SRC, Sample((4, 5, 5)), Sample((2, 5)), **_FIRST),
        case(_SRC, _FUTURE[5], _NONE, _TRUE, **_FIRST),
        case(_SRC, _NONE, _PADDING[5], norm_first=True, **_FIRST),
        case(_SRC, _FUTURE[5], _PADDING[5], **_FIRST),
        random=True,
    ),
    "TransformerDecoderLayer": layer(
        "TransformerDecoderLayer",
        case((16, 64, 256), (16, 64, 256), **_TIMED),
        *_options(_TGT, (2, 5, 8))[:4],
        *_options((3, 2, 8), (5, 2, 8))[4:6],
        case((3, 8), (5, 8), **_FIRST),
        case(_TGT, _SRC, _FUTURE[3], _NONE, _NONE, _NONE, _TRUE, **_FIRST),
        case(_TGT, _SRC, Sample((3, 3)), Sample((3, 5)), Sample((2, 3)), Sample((2, 5)), **_FIRST),
        case(_TGT, _SRC, *_BOTH_MASKS, norm_first=True, **_FIRST),
        case(_TGT, _SRC, *_BOTH_MASKS, **_FIRST),
        random=True,
    ),
    "TransformerEncoder": layer(
        "TransformerEncoder",
        case((16, 64, 256), encoder_layer=Part("TransformerEncoderLayer", _TIMED), num_layers=2),
        case(_SRC, encoder_layer=_ENCODER, num_layers=2),
        case(_SRC, _FUTURE[5], encoder_layer=_ENCODER, num_layers=1, norm=_NORM),
        case(_SRC, _FUTURE[5], _PADDING[5], _TRUE, encoder_layer=_ENCODER, num_layers=1),
        case(
            _SRC,
            encoder_layer=_made_of("TransformerEncoderLayer", norm_first=True),
            num_layers=2,
            norm=_NORM,
            enable_nested_tensor=False,
        ),
        case(_SRC, _FUTURE[5], _PADDING[5], encoder_layer=_ENCODER, num_layers=2, norm=_NORM),
        random=True,
    ),
    "TransformerDecoder": layer(
        "TransformerDecoder",
        case((16, 64, 256), (16, 64, 256), decoder_layer=Part("TransformerDecoderLayer", _TIMED), num_layers=2),
        case(_TGT, _SRC, decoder_layer=_DECODER, num_layers=2),
        case(_TGT, _SRC, _FUTURE[3], decoder_layer=_DECODER, num_layers=1, norm=_NORM),
        case(_TGT, _SRC, _FUTURE[3], _NONE, _NONE, _NONE, _TRUE, decoder_layer=_DECODER, num_layers=1),
        case(_TGT, _SRC, *_BOTH_MASKS, decoder_layer=_DECODER, num_layers=2, norm=_NORM),
        random=True,
        compiled=False,
    ),
    "Transformer": layer(
        "Transformer",
        case((8, 32, 256), (8, 32, 256), num_encoder_layers=2, num_decoder_layers=2, **_TIMED),
        case(_SRC, _TGT, num_encoder_layers=2, num_decoder_layers=1, **_FIRST),
        case((5, 8), (3, 8), num_encoder_layers=1, num_decoder_layers=1, activation="gelu", **_FIRST),
        case(
            _SRC,
            _TGT,
            custom_encoder=Part("TransformerEncoder", {"encoder_layer": _ENCODER, "num_layers": 1}),
            custom_decoder=Part("TransformerDecoder", {"decoder_layer": _DECODER, "num_layers": 1}),
            **_FIRST,
        ),
        case(_SRC, _TGT, _FUTURE[5], *_BOTH_MASKS[:2], num_encoder_layers=1, num_decoder_layers=1, **_FIRST),
        case(
            *(_SRC, _TGT, _FUTURE[5], *_BOTH_MASKS[:2], _PADDING[5], *_BOTH_MASKS[2:]),
            num_encoder_layers=1,
            num_decoder_layers=1,
            **_FIRST,
        ),
        random=True,
        compiled=False,
    ),
}
