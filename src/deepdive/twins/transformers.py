"""Transformers, each from layers of either toolkit."""

from functools import partial

import torch

from deepdive.models.transformers import (
    BERT,
    GPT,
    T5,
    BERTClassifier,
    BERTForPretraining,
    BERTTagger,
    TransformerTranslator,
)
from deepdive.toolkit import Toolkit
from deepdive.twins._rows import case, classes
from deepdive.twins.kinds import Given, LayerTwin
from deepdive.twins.networks import network

_LENGTHS = Given((5, 2, 3))
_TEXT = (case(classes(8, 12)), case(classes(2, 5)))
_PAIRS = (
    case(classes(3, 5), classes(3, 5, classes=2), _LENGTHS),
    case(classes(3, 6), classes(3, 6, classes=2), _LENGTHS),
)
_SENTENCES = (case(classes(3, 5), _LENGTHS, classes(3, 6)), case(classes(3, 6), _LENGTHS, classes(3, 4)))


def _bert(*, pooler: bool = True, nn: Toolkit = torch.nn) -> BERT:
    return BERT(10, 8, 2, 2, 16, max_positions=8, pooler=pooler, nn=nn)


def _classifier(*, nn: Toolkit = torch.nn) -> BERTClassifier:
    return BERTClassifier(_bert(nn=nn), 3, nn=nn)


def _tagger(*, nn: Toolkit = torch.nn) -> BERTTagger:
    return BERTTagger(_bert(pooler=False, nn=nn), 4, nn=nn)


def _pretraining(*, nn: Toolkit = torch.nn) -> BERTForPretraining:
    return BERTForPretraining(_bert(nn=nn), nn=nn)


TRANSFORMERS: dict[str, LayerTwin] = {
    "GPT": network(partial(GPT, 10, 12, 8, 2, 2), *_TEXT, random=True, compiled=False),
    "GPT(positions='rotary')": network(
        partial(GPT, 10, 12, 8, 2, 2, positions="rotary"), *_TEXT, random=True, compiled=False
    ),
    "BERTClassifier": network(_classifier, *_PAIRS, random=True, compiled=False),
    "BERTTagger": network(_tagger, *_PAIRS, random=True, compiled=False),
    "BERTForPretraining": network(_pretraining, *_PAIRS, random=True, compiled=False),
    "TransformerTranslator": network(
        partial(TransformerTranslator, 10, 12, 8, 2, 2, 16), *_SENTENCES, random=True, compiled=False
    ),
    "TransformerTranslator(norm_first=False)": network(
        partial(TransformerTranslator, 10, 12, 8, 2, 1, 16, norm_first=False), *_SENTENCES, random=True, compiled=False
    ),
    "T5": network(partial(T5, 12, 8, 2, 2, 16, 4), *_SENTENCES, random=True, compiled=False),
}
