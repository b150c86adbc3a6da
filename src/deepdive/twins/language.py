"""Networks of language, each from layers of either toolkit."""

from functools import partial

from deepdive.models.language import (
    BahdanauDecoder,
    CharacterFeatures,
    FillInModel,
    RecurrentEncoder,
    RecurrentLanguageModel,
    Seq2Seq,
    Tagger,
)
from deepdive.twins._rows import case, classes
from deepdive.twins.kinds import Given, LayerTwin
from deepdive.twins.networks import network
from deepdive.twins.transformers import TRANSFORMERS

_TEXT = (case(classes(8, 20)), case(classes(2, 5)))
_LENGTHS = Given((5, 2, 3))

LANGUAGE: dict[str, LayerTwin] = {
    "RecurrentLanguageModel(cell='RNN')": network(
        partial(RecurrentLanguageModel, 10, None, 16, 2), *_TEXT, random=True, compiled=False
    ),
    "RecurrentLanguageModel(cell='GRU')": network(
        partial(RecurrentLanguageModel, 10, 12, 16, 2, "GRU", 0.2, tie_embeddings=True),
        *_TEXT,
        random=True,
        compiled=False,
    ),
    "RecurrentLanguageModel(cell='LSTM')": network(
        partial(RecurrentLanguageModel, 10, 16, 16, 1, "LSTM", tie_embeddings=True), *_TEXT, compiled=False
    ),
    "FillInModel": network(partial(FillInModel, 10, 8, 16), *_TEXT, compiled=False),
    "RecurrentEncoder": network(
        partial(RecurrentEncoder, 8, 16, 2, "GRU"), case((3, 5, 8), _LENGTHS), case((3, 6, 8), _LENGTHS), compiled=False
    ),
    "Seq2Seq": network(
        partial(Seq2Seq, 10, 12, 8, 16, 1, "LSTM", padding_idx=1),
        case(classes(3, 5), _LENGTHS, classes(3, 6)),
        random=True,
        compiled=False,
    ),
    "BahdanauDecoder": network(
        partial(BahdanauDecoder, 10, 12, 8, 16, 6, 2, padding_idx=1),
        case(classes(3, 5), _LENGTHS, classes(3, 6)),
        random=True,
        compiled=False,
    ),
    "CharacterFeatures": network(
        partial(CharacterFeatures, 10, 6, 8), case(classes(4, 7, 9)), case(classes(1, 2, 3)), compiled=False
    ),
    "Tagger": network(
        partial(Tagger, 10, 10, 5, 8, 6, 16),
        case(classes(3, 5), _LENGTHS, classes(3, 5, 7)),
        random=True,
        compiled=False,
    ),
    **TRANSFORMERS,
}
