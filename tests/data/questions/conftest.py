import random

import pytest

from deepdive.data.questions import Answer, Question
from deepdive.data.subwords import Subwords

WORDS = "Ada Lovelace wrote notes on the engine, which Babbage built (in part) in London: 1843 — café U.S.".split()


def made_up(n, seed, *, longest=60):
    """Questions about made-up contexts; of every fifth one the context has no answer."""
    draw = random.Random(seed)
    found = []
    for i in range(n):
        words = draw.choices(WORDS, k=draw.randint(3, longest))
        space = draw.choice([" ", "  "])
        context = space.join(words)
        start = draw.randrange(len(words))
        text = words[start]
        answers = () if i % 5 == 4 else (Answer(text, len(space.join([*words[:start], ""]))),)
        found.append(
            Question(f"q{seed}-{i}", "Who " + " ".join(draw.choices(WORDS, k=draw.randint(1, 8))), context, answers)
        )
    return found


@pytest.fixture(scope="session")
def subwords():
    return Subwords.word_pieces([" ".join(WORDS), "Who which? part notes"] * 3, 90)
