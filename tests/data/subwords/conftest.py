import random

import pytest

from deepdive.data.subwords import Subwords

ALPHABET = "aeioubcdlmnrst"


def made_up(n, seed=0, *, odd=True):
    """Lines of made-up words with marks, capitals, accents, digits and, if ``odd``, letters that are not learnt."""
    draw = random.Random(seed)
    rest = ["É", "naïve", "don't", "U.S.", "12,5", "_", "—"] + (["漢字", "🙂", "\u200e", "ﬁn", "Straße"] if odd else [])

    def word():
        letters = "".join(draw.choices(ALPHABET, k=draw.randint(1, 9)))
        return draw.choice([letters, letters, letters, letters.title(), draw.choice(rest)])

    return ["x" + draw.choice([" ", "  ", ", "]).join(word() for _ in range(draw.randint(1, 20))) for _ in range(n)]


@pytest.fixture(scope="session")
def texts():
    return made_up(300)


@pytest.fixture(scope="session")
def word_pieces():
    return Subwords.word_pieces(made_up(400, 1, odd=False), 400)


@pytest.fixture(scope="session")
def byte_pairs():
    return Subwords.byte_pairs(made_up(400, 1, odd=False), 500)
