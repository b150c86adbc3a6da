"""BLEU: which fraction of a translation's n-grams is in the right ones (Papineni et al., 2002)."""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

from deepdive.checks import check_bounds
from deepdive.signatures import checked

Tokens = Sequence[Hashable]
"""A sentence as its tokens, words or numbers; not a string."""


@checked
def bleu(prediction: Tokens, label: Tokens, k: int) -> float:
    """``exp(min(0, 1 - len_label / len_pred)) Π_n p_n^(1 / 2^n)`` for ``n = 1, ..., k`` (D2L section 10.7.6).

    ``p_n`` is the fraction of the prediction's n-grams that are in the label, each as often as it is there. From 0 to
    1; 0 where a precision is. Only as long n-grams are looked at as the prediction has, and nothing is worth 0.

    Raises:
        ValueError: ``k`` is below 1, or the label is empty.
        TypeError: a sentence is a string and not its tokens, e.g. those of ``split()``.
    """
    check_bounds("k", k, 1)
    if not len(label):
        raise ValueError("label must not be empty: there is nothing to compare with, got no tokens")
    if not len(prediction):
        return 0.0
    score = math.exp(min(0, 1 - len(label) / len(prediction)))
    for n in range(1, min(k, len(prediction)) + 1):
        matches = (_ngrams(prediction, n) & _ngrams(label, n)).total()
        score *= (matches / (len(prediction) - n + 1)) ** (0.5**n)
    return score


@dataclass(frozen=True)
class BleuScore:
    """Corpus BLEU and what it is made of."""

    score: float
    """From 0 to 100."""
    precisions: tuple[float, ...]
    """Of 1-grams, 2-grams, ..., from 0 to 100; smoothed where there is no match."""
    brevity_penalty: float
    """1 for a corpus at least as long as its references."""
    prediction_length: int
    """Tokens of all predictions."""
    reference_length: int
    """Tokens of those references that are closest in length to their predictions."""


@checked
def corpus_bleu(
    predictions: Sequence[Tokens],
    references: Sequence[Sequence[Tokens]],
    *,
    max_order: int = 4,
    smoothing: Literal["exp", "none"] = "exp",
) -> BleuScore:
    """``score = 100 BP (Π_n p_n)^(1/4)`` for ``n = 1, ..., 4``, with counts summed over all sentences.

    ``p_n`` counts an n-gram of a prediction as right as often as it is in the reference that has it most often.
    ``BP = min(1, exp(1 - r / c))`` for ``c`` tokens of predictions and ``r`` of references, of each sentence the one
    closest in length and of two the shorter. Where there is no match, the m-th such ``p_n`` is taken as
    ``1 / (2^m total)`` with smoothing ``exp``, and the score is 0 without (Post, 2018; sacrebleu without tokenisation).

    Args:
        predictions: one sentence each.
        references: for each prediction, all that count as right.
        max_order: the longest n-grams.
        smoothing: of orders without a match.

    Raises:
        ValueError: no predictions, another number of references, a prediction without any, or ``max_order`` below 1.
        TypeError: a sentence is a string and not its tokens, e.g. those of ``split()``.
    """
    _check_corpus(predictions, references, max_order)
    matches, totals = [0] * max_order, [0] * max_order
    c = r = 0
    for prediction, right in zip(predictions, references, strict=True):
        c += len(prediction)
        r += min(map(len, right), key=lambda length: (abs(length - len(prediction)), length))
        for n in range(1, min(max_order, len(prediction)) + 1):
            most: Counter[Tokens] = Counter()
            for reference in right:
                most |= _ngrams(reference, n)
            matches[n - 1] += (_ngrams(prediction, n) & most).total()
            totals[n - 1] += len(prediction) - n + 1
    penalty = 1.0 if c >= r else math.exp(1 - r / c) if c else 0.0
    if not any(matches):
        return BleuScore(0.0, (0.0,) * max_order, penalty, c, r)
    precisions = _precisions(matches, totals, smoothing)
    mean = sum(math.log(p) if p else -math.inf for p in precisions) / max_order
    return BleuScore(penalty * math.exp(mean), precisions, penalty, c, r)


def _precisions(matches: list[int], totals: list[int], smoothing: str) -> tuple[float, ...]:
    precisions, unmatched = list[float](), 0
    for match, total in zip(matches, totals, strict=True):
        if match or not total:
            precisions.append(100 * match / max(1, total))
        else:
            unmatched += 1
            precisions.append(100 / (2**unmatched * total) if smoothing == "exp" else 0.0)
    return tuple(precisions)


def _ngrams(tokens: Tokens, n: int) -> Counter[Tokens]:
    return Counter(zip(*(tokens[i:] for i in range(n)), strict=False))


def _check_corpus(predictions: Sequence[Tokens], references: Sequence[Sequence[Tokens]], max_order: int) -> None:
    check_bounds("max_order", max_order, 1)
    if not len(predictions) or len(predictions) != len(references):
        raise ValueError(
            f"predictions and references must have one entry for each sentence, got {len(predictions)} and "
            f"{len(references)}"
        )
    for i, right in enumerate(references):
        if not len(right):
            raise ValueError(f"references[{i}] must hold at least one sentence, got none")
