import math
import random

import pytest

from deepdive.algorithms.language import bleu, corpus_bleu


def corpus(seed):
    """Predictions that are references with some words changed, dropped or added; some corpora match hardly anything."""
    rng = random.Random(seed)
    words = [f"w{i}" for i in range(rng.choice([2, 5, 30, 1000]))]
    noise, references, predictions = rng.random(), [], []
    for _ in range(rng.randint(1, 8)):
        right = [[rng.choice(words) for _ in range(rng.randint(1, 12))] for _ in range(rng.randint(1, 3))]
        prediction = [rng.choice(words) if rng.random() < noise else word for word in rng.choice(right)]
        predictions.append(prediction[: rng.randint(0, len(prediction))] if rng.random() < 0.3 else prediction)
        references.append(right)
    return predictions, references


def lines(predictions, references):
    """As sacrebleu has them: strings, and one list for the first reference of each, one for the second, ..."""
    most = max(map(len, references))
    joined = [[" ".join(reference) for reference in right] + [None] * (most - len(right)) for right in references]
    return [" ".join(prediction) for prediction in predictions], [list(column) for column in zip(*joined, strict=True)]


@pytest.mark.parametrize("smoothing", ["exp", "none"])
def test_corpus_bleu_is_that_of_sacrebleu(smoothing):
    sacrebleu = pytest.importorskip("sacrebleu")
    zeros = 0
    for seed in range(200):
        predictions, references = corpus(seed)
        ours = corpus_bleu(predictions, references, smoothing=smoothing)
        theirs = sacrebleu.corpus_bleu(
            *lines(predictions, references), tokenize="none", smooth_method=smoothing, force=True
        )
        assert ours.score == pytest.approx(theirs.score, abs=1e-6)
        assert ours.precisions == pytest.approx(theirs.precisions)
        assert ours.brevity_penalty == pytest.approx(theirs.bp)
        assert (ours.prediction_length, ours.reference_length) == (theirs.sys_len, theirs.ref_len)
        zeros += ours.score == 0
    assert 0 < zeros < 170


def test_the_example_of_the_paper():
    """Papineni et al. (2002), section 2.1: 17/18 and 10/17 for one, 8/14 and 1/13 for the other, 2/7 for "the the"."""
    references = [
        "It is a guide to action that ensures that the military will forever heed Party commands",
        "It is the guiding principle which guarantees the military forces always being under the command of the Party",
        "It is the practical guide for the army always to heed the directions of the party",
    ]
    right = [[line.lower().split() for line in references]]
    first = "It is a guide to action which ensures that the military always obeys the commands of the party"
    second = "It is to insure the troops forever hearing the activity guidebook that party direct"
    assert corpus_bleu([first.lower().split()], right).precisions[:2] == pytest.approx((100 * 17 / 18, 100 * 10 / 17))
    assert corpus_bleu([second.lower().split()], right).precisions[:2] == pytest.approx((100 * 8 / 14, 100 * 1 / 13))
    the = corpus_bleu([["the"] * 7], [["the cat is on the mat".split(), "there is a cat on the mat".split()]])
    assert the.precisions[0] == pytest.approx(100 * 2 / 7)


def test_the_example_of_d2l():
    """Section 10.7.6: labels A to F against A, B, B, C, D have p_1 = 4/5, p_2 = 3/4, p_3 = 1/3 and p_4 = 0."""
    prediction, label = list("ABBCD"), list("ABCDEF")
    penalty = math.exp(1 - 6 / 5)
    assert bleu(prediction, label, 1) == pytest.approx(penalty * (4 / 5) ** 0.5)
    assert bleu(prediction, label, 2) == pytest.approx(penalty * (4 / 5) ** 0.5 * (3 / 4) ** 0.25)
    assert bleu(prediction, label, 3) == pytest.approx(penalty * (4 / 5) ** 0.5 * (3 / 4) ** 0.25 * (1 / 3) ** 0.125)
    assert bleu(prediction, label, 4) == 0
    assert bleu(list("AB"), label, 2) == pytest.approx(math.exp(1 - 6 / 2))  # the brevity penalty alone


def test_a_translation_is_perfect_or_nothing():
    tokens = [3, 1, 4, 1, 5]
    assert bleu(tokens, tokens, 4) == 1
    assert bleu([3], tokens, 4) == pytest.approx(math.exp(-4))
    assert bleu([], tokens, 2) == 0
    assert corpus_bleu([tokens, [9, 2, 6, 5]], [[tokens], [[1], [9, 2, 6, 5]]]).score == pytest.approx(100)
    assert corpus_bleu([[]], [[tokens]]).score == 0


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        bleu([1], [1], 0)
    with pytest.raises(ValueError, match="label must not be empty: there is nothing to compare with, got no tokens"):
        bleu([1], [], 1)
    with pytest.raises(TypeError, match="prediction must be a sequence of tokens, got the string 'va !'"):
        bleu("va !", ["va", "!"], 2)
    with pytest.raises(
        ValueError, match="predictions and references must have one entry for each sentence, got 0 and 0"
    ):
        corpus_bleu([], [])
    with pytest.raises(ValueError, match="got 1 and 2"):
        corpus_bleu([[1]], [[[1]], [[2]]])
    with pytest.raises(ValueError, match=r"references\[1\] must hold at least one sentence, got none"):
        corpus_bleu([[1], [2]], [[[1]], []])
    with pytest.raises(TypeError, match=r"references\[0\]\[1\] must be a sequence of tokens, got the string 'va'"):
        corpus_bleu([["va"]], [[["va"], "va"]])
    with pytest.raises(ValueError, match="max_order must be at least 1, got 0"):
        corpus_bleu([[1]], [[[1]]], max_order=0)
