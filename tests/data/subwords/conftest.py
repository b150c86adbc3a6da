import json
import random

import pytest

from deepdive.data.subwords import Subwords

from .folders import PIECES

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


@pytest.fixture(scope="session")
def bert(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bert")
    (folder / "vocab.txt").write_text("\n".join(PIECES) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def gpt2(tmp_path_factory, byte_pairs):
    folder = tmp_path_factory.mktemp("gpt2")
    model = json.loads(byte_pairs.to_json())["model"]
    (folder / "vocab.json").write_text(json.dumps(model["vocab"]), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(" ".join(pair) + "\n" for pair in model["merges"]))
    return folder
