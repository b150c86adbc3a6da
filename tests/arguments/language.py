"""Decoding and language."""

import numpy as np
import torch
from tests.arguments.rows import INF, Row, is_figure, numbers, vector

from deepdive.algorithms import decoding, language
from deepdive.algorithms.language.figures import frequency_figure


class Coin:
    """A decoder of 3 tokens whose scores are always the same."""

    def step(self, tokens, state):
        return torch.tensor([0.0, 1.0, 3.0]).expand(len(tokens), 3), state

    def select(self, state, rows):
        return state


SEARCH = {"decoder": Coin(), "state": None, "start": numbers(0, 0), "end": 1, "max_steps": 2}
SEARCH_BAD = [
    ({"start": numbers()[:0].long()}, "start must hold one token"),
    ({"start": torch.zeros(2, 1).long()}, "start must have shape"),
    ({"max_steps": 0}, "max_steps must be at least 1"),
    ({"max_steps": numbers(1)}, "max_steps must be a number or one for each of 2 inputs, got 1"),
    ({"end": 3}, "end must be in \\[0, 3\\)"),
    ({"banned": [0, 1, 2]}, "banned must leave a token"),
    ({"banned": [-1]}, "banned must be in"),
]
IDS = numbers(0, 1, 2, 0, 1, 0)
NGRAMS = language.NGramModel(IDS, 2, 3, language.Laplace())
LABELS = ("O", "B-PER", "I-PER", "B-LOC")


def greedy(found):
    return found.best() == [[2, 2], [2, 2]]


ROWS = {
    # decoding
    "decoding.beam_search": Row(
        decoding.beam_search,
        SEARCH,
        greedy,
        [
            *SEARCH_BAD,
            ({"beams": 0}, "beams must be at least 1"),
            ({"n_best": 0}, "n_best must be at least 1"),
            ({"alpha": -1.0}, "alpha must be at least 0"),
            ({"offset": INF}, "offset must be at least 0 and finite"),
        ],
        free=("max_steps",),
    ),
    "decoding.exhaustive_search": Row(
        decoding.exhaustive_search,
        SEARCH,
        greedy,
        [*SEARCH_BAD, ({"n_best": 0}, "n_best must be at least 1")],
        free=("max_steps",),
    ),
    "decoding.greedy_search": Row(decoding.greedy_search, SEARCH, greedy, SEARCH_BAD, free=("max_steps",)),
    "decoding.sample": Row(
        decoding.sample,
        {**SEARCH, "top_k": 1},
        greedy,
        [
            *SEARCH_BAD,
            ({"temperature": 0.0}, "temperature must be above 0"),
            ({"top_k": 0}, "top_k must be"),
            ({"top_p": 1.5}, "top_p must be above 0 and at most 1"),
        ],
        free=("max_steps",),
    ),
    "decoding.warm_up": Row(
        decoding.warm_up,
        {"decoder": Coin(), "state": 5, "prefix": numbers([1, 2])},
        lambda found: found[0].tolist() == [2] and found[1] == 5,
        [({"prefix": torch.zeros(2, 0).long()}, "prefix must hold at least one token")],
    ),
    "decoding.length_penalty": Row(
        decoding.length_penalty,
        {"lengths": numbers(1, 7), "alpha": 2.0},
        torch.tensor([1.0, 4.0]),
        [({"alpha": -0.1}, "alpha must be at least 0"), ({"offset": -1.0}, "offset must be at least 0")],
    ),
    "decoding.truncate": Row(
        decoding.truncate,
        {"log_probabilities": torch.tensor([[0.5, 0.3, 0.2]]).log(), "top_k": 2},
        torch.tensor([[5 / 8, 3 / 8, 0.0]]).log(),
        [
            ({"temperature": 0.0}, "temperature must be above 0"),
            ({"top_k": 0}, "top_k must be at least 1"),
            ({"top_p": 0.0}, "top_p must be above 0"),
            ({"log_probabilities": torch.zeros(1, 0)}, "log_probabilities must not"),
        ],
    ),
    # language
    "language.normalized_answer": Row(language.normalized_answer, {"text": "The  Cat!"}, "cat"),
    "language.exact_match": Row(
        language.exact_match,
        {"predicted": "a cat", "right": "Cat."},
        True,
        [({"right": ["cat"]}, "right must be a string, got list")],
    ),
    "language.answer_f1": Row(
        language.answer_f1,
        {"predicted": "red cat", "right": "cat"},
        2 / 3,
        [({"right": ["cat"]}, "right must be a string, got list")],
    ),
    "language.answer_scores": Row(
        language.answer_scores,
        {"predicted": ["Paris", "x"], "right": [["Paris"], ["y", "x"]]},
        lambda s: s == language.AnswerScores(1.0, 1.0),
        [
            ({"right": ["Paris", "x"]}, "right\\[0\\] must be a sequence of strings, got the string 'Paris'"),
            ({"predicted": "ab"}, "predicted must be a sequence of strings, got the string 'ab'"),
            ({"right": [["Paris"]]}, "predicted and right must have one entry for each question, got 2 and 1"),
            ({"predicted": [], "right": []}, "predicted and right must have one entry"),
            ({"predicted": ["a", None]}, "predicted\\[1\\] must be a string"),
        ],
    ),
    "language.best_spans": Row(
        language.best_spans,
        {
            "starts": torch.tensor([[0.0, 2.0, 1.0]]),
            "ends": torch.tensor([[5.0, 0.0, 1.0]]),
            "allowed": numbers([True, True, True]),
        },
        lambda found: found[0].tolist() == [[0, 0]] and found[1].tolist() == [5.0],
        [
            ({"ends": torch.zeros(1, 1)}, "ends must have shape \\(b=1, t=3\\), got \\(1, 1\\)"),
            ({"max_length": 0}, "max_length must be at least 1"),
            ({"allowed": numbers([True])}, "allowed must have shape"),
        ],
    ),
    "language.bleu": Row(
        language.bleu,
        {"prediction": "the cat".split(), "label": "the cat".split(), "k": 2},
        1.0,
        [
            ({"prediction": "the cat"}, "prediction must be a sequence of tokens, got the string 'the cat'"),
            ({"label": "the cat"}, "label must be a sequence of tokens"),
            ({"label": []}, "label must not be empty"),
            ({"k": 0}, "k must be at least 1"),
            ({"prediction": [["a"]]}, "prediction\\[0\\] must be a token"),
        ],
    ),
    "language.corpus_bleu": Row(
        language.corpus_bleu,
        {"predictions": ["a b c d e".split()], "references": [["a b c d e".split()]]},
        lambda s: np.isclose(s.score, 100),
        [
            ({"predictions": ["a b c d"]}, "predictions\\[0\\] must be a sequence of tokens, got the string"),
            ({"references": ["a b"]}, "references\\[0\\] must be a sequence of"),
            ({"references": [["a", "b"]]}, "references\\[0\\]\\[0\\] must be a sequence of tokens"),
            ({"references": [[1, 2]]}, "references\\[0\\]\\[0\\] must be a sequence of tokens, got 1"),
            ({"references": [[]]}, "references\\[0\\] must hold at least one"),
            ({"references": []}, "predictions and references must have one entry"),
            ({"max_order": 0}, "max_order must be"),
            ({"smoothing": "add-k"}, "smoothing must be 'exp' or 'none'"),
        ],
    ),
    "language.ngram_counts": Row(
        language.ngram_counts,
        {"ids": IDS, "n": 2},
        lambda c: c.ngrams[0].tolist() == [0, 1] and c.counts[0] == 2,
        [
            ({"n": 0}, "n must be at least 1"),
            ({"n": 7}, "n must be at least 1 and at most the number of tokens, 6"),
            ({"ids": numbers(0, -1)}, "ids must be from 0 up"),
        ],
    ),
    "language.entity_types": Row(
        language.entity_types,
        {"labels": LABELS},
        ("LOC", "PER"),
        [
            ({"labels": "O"}, "labels must be a sequence of strings, got the string 'O'"),
            ({"labels": ["X"]}, "labels must be O, B-"),
        ],
    ),
    "language.entity_spans": Row(
        language.entity_spans,
        {"tags": ["B-PER", "I-PER", "O"]},
        [("PER", 0, 2)],
        [({"tags": "OOO"}, "tags must be a sequence of strings")],
    ),
    "language.entity_counts": Row(
        language.entity_counts,
        {"predicted": numbers([1, 2, 0]), "true": numbers([1, 2, -100]), "labels": LABELS},
        numbers([0, 0, 0], [1, 1, 1]),
        [
            ({"predicted": numbers([1])}, "true must have shape \\(b=1, t=1\\), got \\(1, 3\\)"),
            ({"predicted": numbers([-1, 0, 0])}, "predicted must be from 0 to 3, got -1"),
            ({"true": numbers([4, 0, 0])}, "true must be from 0 to 3 or -100, got 4"),
        ],
    ),
    "language.entity_scores": Row(
        language.entity_scores,
        {"counts": numbers([0, 0, 0], [1, 2, 1]), "labels": LABELS},
        lambda s: np.isclose(s.overall.f1, 2 / 3),
        [
            ({"counts": numbers([1, 1, 1])}, "counts must have a row for each"),
            ({"counts": numbers([2, 1, 1], [0, 0, 0])}, "counts must have no more right"),
            ({"counts": numbers([-1, 0, 0], [0, 0, 0])}, "counts must be from 0 up"),
        ],
    ),
    "language.frequency_figure": Row(
        frequency_figure,
        {"counts": {"words": numbers(3, 2, 1), "pairs": numbers(2, 1)}},
        is_figure,
        [({"counts": {}}, "counts must hold a number above 0")],
    ),
    "language.NGramModel": Row(
        language.NGramModel,
        {"ids": IDS, "order": 2, "vocab_size": 3},
        lambda m: m.sizes[0] == 3,
        [
            ({"order": 0}, "order must be"),
            ({"vocab_size": 2}, "ids must be from 0 to 1, got 2"),
            ({"order": 9}, "ids must have at least one n-gram"),
            (
                {"smoothing": language.AddAlpha(4)},
                "the vocab_size of smoothing must be that of the model, 3, got 4",
            ),
        ],
    ),
    "language.NGramModel.log_probabilities": Row(
        NGRAMS.log_probabilities,
        {"ids": numbers(0, 1)},
        lambda p: p.shape == (2,),
        [({"ids": numbers(3)}, "ids must be from 0 to 2")],
    ),
    "language.NGramModel.perplexity": Row(
        NGRAMS.perplexity,
        {"ids": numbers(0, 1)},
        lambda p: p > 1,
        [({"ids": numbers()[:0].long()}, "ids must not be empty")],
    ),
    "language.NGramModel.next_token_distribution": Row(
        NGRAMS.next_token_distribution,
        {"context": [0]},
        lambda p: np.isclose(float(p.sum()), 1),
        [({"context": [3]}, "ids must be from 0 to 2")],
    ),
    "language.NGramModel.generate": Row(
        NGRAMS.generate,
        {"prefix": [0], "count": 2, "temperature": 0.0},
        lambda tokens: list(tokens) == [1, 0],
        [
            ({"count": -1}, "count must be"),
            ({"temperature": -1}, "temperature must be"),
            ({"top_k": 0}, "top_k must be"),
            ({"banned": [0, 1, 2]}, "banned must leave a token"),
            ({"prefix": [5]}, "ids must be from 0 to 2"),
        ],
    ),
    "language.AddAlpha": Row(
        language.AddAlpha,
        {"vocab_size": 3},
        lambda s: s.alpha == 1,
        [({"alpha": 0}, "alpha must be above 0"), ({"vocab_size": 0}, "vocab_size must be")],
    ),
    "language.Laplace": Row(
        language.Laplace, {"epsilon": 2}, lambda s: s.epsilon == 2, [({"epsilon": 0}, "epsilon must be above 0")]
    ),
    "language.KneserNey": Row(
        language.KneserNey,
        {"discount": 0.5},
        lambda s: s.discount == 0.5,
        [({"discount": 1.5}, "discount must be above 0 and at most 1")],
    ),
    "language.absolute_discount": Row(language.absolute_discount, {"counts": vector(1, 1, 1, 2, 5)}, 0.6),
    "language.ZipfFit.frequency": Row(
        language.ZipfFit(1.0, float(np.log(8)), 1, 4).frequency,
        {"rank": numbers(1, 4)},
        vector(8.0, 2.0),
        [({"rank": numbers(0)}, "rank must be above 0, got 0")],
    ),
    "language.zipf_fit": Row(
        language.zipf_fit,
        {"counts": numbers(120, 60, 40, 30)},
        lambda f: np.isclose(f.exponent, 1),
        [
            ({"counts": numbers(-1, 2)}, "counts must be from 0 up"),
            ({"counts": vector(1, INF)}, "counts must be finite"),
            ({"first": 0}, "first and last must leave"),
        ],
    ),
}
