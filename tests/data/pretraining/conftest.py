import random

import pytest

from deepdive.data.subwords import Subwords
from deepdive.data.text import Texts

WORDS = "a cat sat on the mat while two dogs ran past old trees and some birds sang".split()


def paragraphs(n, seed):
    draw = random.Random(seed)

    def sentence():
        return " ".join(draw.choices(WORDS, k=draw.randint(2, 14))).capitalize() + " ."

    return [[sentence() for _ in range(draw.randint(1, 5))] for _ in range(n)]


def text_of(n, seed):
    return "\n".join(["", " = A heading = ", *(" ".join(each) for each in paragraphs(n, seed))])


@pytest.fixture
def texts():
    return Texts(text_of(60, 0), text_of(20, 1), text_of(15, 2))


@pytest.fixture(scope="session")
def word_pieces():
    return Subwords.word_pieces([" ".join(WORDS) + " ."] * 3, 80)


@pytest.fixture(scope="session")
def byte_pairs():
    special = ("<pad>", "</s>", "<unk>")
    return Subwords.byte_pairs([" ".join(WORDS) + " ."] * 3, 300, special=special).with_sentinels(20)
