import pytest

from deepdive.models.transformers import BERT, GPT, BERTClassifier
from deepdive.models.transformers.core import Block

pytestmark = pytest.mark.usefixtures("without_shape_checks")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Block(4, 1, 4, norm="batch"), "norm must be .layer. or .rms., got 'batch'"),
        (lambda: Block(4, 1, 4, activation="sine"), "activation must be .relu. or .*, got 'sine'"),
        (lambda: Block(4, 1, 0), "ffn_size must be at least 1, got 0"),
        (lambda: GPT(5, 4, 4, 1, 1, positions="none"), "positions must be .learnt. or .rotary., got 'none'"),
        (lambda: BERTClassifier(BERT(9, 8, 1, 2), 2, pooling="max"), "pooling must be .pooler. or .mean., got 'max'"),
    ],
)
def test_words_that_are_unknown(make, words):
    with pytest.raises(ValueError, match=words):
        make()
