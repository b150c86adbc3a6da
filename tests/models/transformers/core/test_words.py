import pytest

from deepdive.models.transformers import GPT, BERTClassifier
from deepdive.models.transformers.core import Block

pytestmark = pytest.mark.usefixtures("without_shape_checks")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Block(4, 1, 4, norm="batch"), "norm must be one of layer, rms, got 'batch'"),
        (lambda: Block(4, 1, 4, activation="sine"), "activation must be one of relu, gelu, .*, got 'sine'"),
        (lambda: Block(4, 1, 0), "ffn_size must be at least 1, got 0"),
        (lambda: GPT(5, 4, 4, 1, 1, positions="none"), "positions must be learnt or rotary, got 'none'"),
        (lambda: BERTClassifier(None, 2, pooling="max"), "pooling must be one of pooler, mean, got 'max'"),
    ],
)
def test_words_that_are_unknown(make, words):
    with pytest.raises(ValueError, match=words):
        make()
