"""Decoding, design spaces, initialisation, inspection, language and recurrence."""

import numpy as np
import torch
from tests.arguments.rows import INF, NAN, Row, numbers, vector
from torch import nn

from deepdive.algorithms import decoding, design_spaces, initialization, inspection, language, recurrence
from deepdive.algorithms.design_spaces import complexity, designs, regnet
from deepdive.algorithms.inspection import lazy, table
from deepdive.algorithms.inspection.activation_curves import activation_named, leaky
from deepdive.algorithms.inspection.signal_propagation import Propagation
from deepdive.algorithms.language.figures import frequency_figure
from deepdive.algorithms.recurrence import by_hand


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
DESIGN = {"depths": (1, 2), "widths": (8, 16), "group_widths": (4, 8), "bottleneck_ratios": (1, 1)}
DESIGNS = designs.Designs(*(torch.tensor([values]) for values in DESIGN.values()))
FRAME = design_spaces.Frame(image_size=(8, 8), num_classes=10)
ERRORS = design_spaces.ErrorDistribution(vector(0.1, 0.2, 0.4))
NET = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
IDS = numbers(0, 1, 2, 0, 1, 0)
NGRAMS = language.NGramModel(IDS, 2, 3, language.Laplace())
WEIGHTS = by_hand.RecurrentWeights(torch.ones(2, 3), torch.eye(2), torch.ones(1, 2))
UNROLLED = by_hand.recurrent_forward(WEIGHTS, torch.ones(4, 1, 3), torch.zeros(1, 2), "Identity")
LABELS = ("O", "B-PER", "I-PER", "B-LOC")


def is_figure(value):
    return type(value).__name__ == "Figure"


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
    # design spaces
    "design_spaces.best_value": Row(
        design_spaces.best_value,
        {"values": vector(1.0, 2.0, 3.0), "errors": vector(0.3, 0.1, 0.2), "share": 0.99, "draws": 50},
        lambda b: b.median == 2,
        [
            ({"values": vector(1.0)}, "errors must have shape \\(n=1,\\), got \\(3,\\)"),
            ({"errors": vector(NAN, 1, 2)}, "errors must be finite"),
            ({"share": 1.0}, "share must be above 0 and below 1"),
            ({"confidence": 0.0}, "confidence must be"),
            ({"draws": 0}, "draws must be"),
        ],
    ),
    "design_spaces.area_gain": Row(
        design_spaces.area_gain,
        {"before": ERRORS, "after": ERRORS, "draws": 20},
        lambda g: g.value == 0,
        [({"confidence": 1.0}, "confidence must be"), ({"draws": 0}, "draws must be")],
    ),
    "design_spaces.kolmogorov_smirnov": Row(
        design_spaces.kolmogorov_smirnov, {"a": ERRORS, "b": ERRORS}, lambda d: d == (0.0, 1.0)
    ),
    "design_spaces.Frame": Row(
        design_spaces.Frame,
        {"image_size": (8, 8)},
        lambda f: f.in_channels == 3,
        [
            ({"image_size": (8, 0)}, "image_size must be at least 1"),
            ({"image_size": (8,)}, "image_size must be a sequence of 2 integers, got 1"),
        ],
    ),
    "design_spaces.flops": Row(complexity.flops, {"designs": DESIGNS, "frame": FRAME}, lambda n: int(n[0]) > 0),
    "design_spaces.parameters": Row(
        complexity.parameters, {"designs": DESIGNS, "frame": FRAME}, lambda n: int(n[0]) > 170
    ),
    "design_spaces.activations": Row(
        complexity.activations, {"designs": DESIGNS, "frame": FRAME}, lambda n: int(n[0]) > 32 * 16
    ),
    "design_spaces.Design": Row(
        designs.Design,
        DESIGN,
        lambda d: d.inner_widths == (8, 16),
        [
            ({"depths": (1,)}, "every stage"),
            ({"depths": (0, 1)}, "depths must be at least 1"),
            ({"group_widths": (3, 8)}, "a stage of width"),
        ],
    ),
    "design_spaces.Designs": Row(
        designs.Designs,
        {name: torch.tensor([values]) for name, values in DESIGN.items()},
        lambda d: len(d) == 1,
        [({"widths": numbers([8])}, "widths must have shape \\(n=1, stages=2\\), got \\(1, 1\\)")],
    ),
    "design_spaces.Designs.rows": Row(DESIGNS.rows, {"which": numbers(0, 0)}, lambda d: len(d) == 2, free=("which",)),
    "design_spaces.compatible": Row(
        designs.compatible, {"designs": DESIGNS}, lambda d: torch.equal(d.widths, DESIGNS.widths)
    ),
    "design_spaces.ErrorDistribution": Row(
        design_spaces.ErrorDistribution,
        {"errors": vector(0.4, 0.1), "weights": vector(1.0, 3.0)},
        lambda f: np.isclose(f.mean, 0.175),
        [
            ({"errors": vector(), "weights": None}, "errors must not be empty"),
            ({"errors": vector(NAN, 1.0)}, "errors must be finite"),
            ({"weights": vector(1.0)}, "weights must have shape \\(n=2,\\), got \\(1,\\)"),
            ({"weights": vector(0.0, 0.0)}, "weights must not all be 0"),
            ({"weights": vector(-1.0, 2.0)}, "weights must be from 0 up"),
        ],
    ),
    "design_spaces.ErrorDistribution.__call__": Row(ERRORS.__call__, {"e": vector(0.2, 0.3)}, vector(1 / 3, 2 / 3)),
    "design_spaces.ErrorDistribution.area": Row(ERRORS.area, {"end": 0.4}, 0.4 - 0.7 / 3),
    "design_spaces.complexity_weights": Row(
        design_spaces.complexity_weights,
        {"complexity": vector(1.0, 1.0, 9.0), "bins": 2},
        vector(0.25, 0.25, 0.5),
        [
            ({"bins": 0}, "bins must be"),
            ({"complexity": vector()}, "complexity must not be empty"),
            ({"complexity": vector(INF, 1)}, "complexity must be finite"),
        ],
    ),
    "design_spaces.block_widths": Row(
        regnet.block_widths,
        {"depth": 2, "w_0": vector(8.0), "w_a": vector(8.0), "w_m": vector(2.0)},
        numbers([8, 16]),
        [({"w_a": vector(8.0, 8.0)}, "w_a must have shape \\(n=1,\\), got \\(2,\\)")],
    ),
    "design_spaces.regnet_design": Row(
        design_spaces.regnet_design,
        {"depth": 2, "w_0": 8, "w_a": 8.0, "w_m": 2.0, "group_width": 8},
        lambda d: d.widths == (8, 16),
        [
            ({"depth": 0}, "depth must be"),
            ({"w_0": 9}, "w_0 must be a multiple of 8"),
            ({"w_a": -1.0}, "w_a must be"),
            ({"w_m": 1.0}, "w_m must be"),
            ({"group_width": 0}, "group_width must be"),
            ({"bottleneck_ratio": 0}, "bottleneck_ratio must be"),
        ],
    ),
    "design_spaces.sample_designs": Row(
        design_spaces.sample_designs,
        {"space": design_spaces.space_named("anynet-a", stages=2), "n": 1, "frame": FRAME, "window": (0.0, 1e15)},
        lambda found: len(found) == 1,
        [
            ({"n": 0}, "n must be"),
            ({"window": (2.0, 1.0)}, "window must go up"),
            ({"window": (1.0,)}, "window must be a sequence of 2 numbers, got 1"),
        ],
    ),
    "design_spaces.AnyNetSpace": Row(
        design_spaces.AnyNetSpace,
        {"stages": 2},
        lambda s: s.depths == (1, 16),
        [
            ({"stages": 0}, "stages must be"),
            ({"depths": (3, 2)}, "depths must go"),
            ({"depths": (1,)}, "depths must be a sequence of 2"),
        ],
    ),
    "design_spaces.AnyNetSpace.draw": Row(
        design_spaces.AnyNetSpace(stages=2).draw, {"n": 3, "generator": torch.Generator()}, lambda d: len(d) == 3
    ),
    "design_spaces.RegNetSpace": Row(
        design_spaces.RegNetSpace,
        {"stages": 2},
        lambda s: s.w_0 == (8, 256),
        [({"w_m": (1.0, 2.0)}, "w_m must go"), ({"w_a": (0.0, 1.0)}, "w_a must go")],
    ),
    "design_spaces.RegNetSpace.draw": Row(
        design_spaces.RegNetSpace(stages=2).draw, {"n": 9, "generator": torch.Generator()}, lambda d: len(d) <= 9
    ),
    "design_spaces.space_named": Row(
        design_spaces.space_named,
        {"name": "regnet"},
        lambda s: s.name == "regnet",
        [({"name": "x"}, "space must be one of")],
    ),
    # initialisation and inspection
    "initialization.initialize": Row(
        initialization.initialize,
        {"network": NET, "rules": {"Linear": lambda layer: nn.init.zeros_(layer.bias)}},
        {"Linear": ["0", "2"]},
        [
            ({"rules": {"Conv2d": abs}}, "no layer is, or is a, Conv2d"),
            ({"rules": {"Linear": "zeros"}}, "rules\\['Linear'\\] must be callable"),
        ],
    ),
    "inspection.leaky": Row(leaky, {"slope": 0.5}, lambda a: a.value(vector(-2.0)).item() == -1),
    "inspection.activation_named": Row(
        activation_named,
        {"name": "ReLU"},
        lambda a: a.value(vector(-2.0)).item() == 0,
        [({"name": "x"}, "activation must be one of")],
    ),
    "inspection.activation_curves": Row(
        inspection.activation_curves,
        {"names": ["ReLU"], "points": 3, "low": -1, "high": 1},
        lambda c: c["ReLU"].value.tolist() == [0, 0, 1],
        [
            ({"points": 1}, "points must be at least 2"),
            ({"low": 1}, "high must be above 1"),
            ({"names": ["x"]}, "activation must be one of"),
        ],
    ),
    "inspection.activation_figure": Row(inspection.activation_figure, {}, is_figure),
    "inspection.gradient_flow": Row(
        inspection.gradient_flow,
        {"network": NET, "batch": (torch.ones(2, 2), torch.ones(2, 1)), "loss": nn.functional.mse_loss},
        lambda flow: len(flow.parameters) == 4,
    ),
    "inspection.gradient_flow_figure": Row(
        inspection.gradient_flow_figure,
        {"flow": inspection.gradient_flow(NET, (torch.ones(2, 2), torch.ones(2, 1)), nn.functional.mse_loss)},
        is_figure,
    ),
    "inspection.unknown_sizes": Row(lazy.unknown_sizes, {"network": NET}, []),
    "inspection.check_sizes_known": Row(lazy.check_sizes_known, {"network": NET}, None),
    "inspection.receptive_field": Row(
        inspection.receptive_field,
        {"network": nn.Sequential(nn.Conv2d(1, 1, 3), nn.MaxPool2d(2))},
        lambda fields: fields[-1].size == (4, 4),
    ),
    "inspection.saved_bytes": Row(
        lambda network: inspection.saved_bytes(network, torch.ones(1, 2)), {"network": nn.Linear(2, 3)}, 8
    ),
    "inspection.weight_std": Row(
        inspection.weight_std,
        {"name": "lecun", "fan_in": 4, "fan_out": 2},
        0.5,
        [
            ({"fan_in": 0}, "fan_in must be at least 1"),
            ({"name": "x"}, "name must be one of"),
            ({"gain": 0.0}, "gain must be above 0"),
        ],
    ),
    "inspection.propagate": Row(
        inspection.propagate,
        {"std": 0.0, "depth": 1, "width": 2},
        lambda p: float(p.forward[0, 1]) == 0,
        [
            ({"std": -1.0}, "std must be at least 0"),
            ({"depth": 0}, "depth must be"),
            ({"activation": "x"}, "activation must be one of"),
        ],
    ),
    "inspection.expected_propagation": Row(
        inspection.expected_propagation,
        {"std": 0.5, "depth": 1, "width": 4},
        lambda p: torch.allclose(p.forward, torch.ones(1, 2).double()),
        [({"std": -1.0}, "std must be at least 0"), ({"depth": 0}, "depth must be"), ({"width": 0}, "width must be")],
    ),
    "inspection.hidden_unit_spread": Row(
        inspection.hidden_unit_spread,
        {"std": 0.0, "steps": 2},
        vector(0.0, 0.0, 0.0),
        [
            ({"hidden": 1}, "hidden must be at least 2"),
            ({"std": -1.0}, "std must be"),
            ({"lr": 0.0}, "lr must be"),
            ({"steps": -1}, "steps must be"),
        ],
    ),
    "inspection.propagation_figure": Row(
        inspection.propagation_figure, {"runs": {"a": Propagation(torch.ones(1, 2), torch.ones(1, 2))}}, is_figure
    ),
    "inspection.summary": Row(
        inspection.summary,
        {"network": NET, "inputs": torch.ones(1, 2)},
        lambda s: sum(layer.parameters for layer in s.layers) == 13,
        free=("inputs", "device"),
    ),
    "inspection.recurrent_parameters": Row(
        table.recurrent_parameters,
        {"gates": 4, "inputs": 2, "hidden": 3},
        4 * (6 + 9 + 3),
        [({"hidden": 0}, "hidden must be at least 1"), ({"biases": 3}, "biases must be at least 0 and at most 2")],
    ),
    "inspection.recurrent_note": Row(table.recurrent_note, {"module": NET}, ""),
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
            ({"longest": 0}, "longest must be at least 1"),
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
        {"ids": IDS, "order": 2, "vocabulary_size": 3},
        lambda m: m.sizes[0] == 3,
        [
            ({"order": 0}, "order must be"),
            ({"vocabulary_size": 2}, "ids must be from 0 to 1, got 2"),
            ({"order": 9}, "ids must have at least one n-gram"),
            (
                {"smoothing": language.AddAlpha(4)},
                "the vocabulary_size of smoothing must be that of the model, 3, got 4",
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
        {"vocabulary_size": 3},
        lambda s: s.alpha == 1,
        [({"alpha": 0}, "alpha must be above 0"), ({"vocabulary_size": 0}, "vocabulary_size must be")],
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
    # recurrence
    "recurrence.RecurrentWeights": Row(
        by_hand.RecurrentWeights,
        {"hx": torch.ones(2, 3), "hh": torch.eye(2), "qh": torch.ones(1, 2)},
        lambda w: w.hh.shape == (2, 2),
        [
            ({"hh": torch.ones(2, 1)}, "hh must have shape \\(hidden=2, hidden=2\\), got \\(2, 1\\)"),
            ({"qh": torch.ones(1, 1)}, "qh must have shape"),
        ],
    ),
    "recurrence.recurrent_forward": Row(
        by_hand.recurrent_forward,
        {"weights": WEIGHTS, "inputs": torch.ones(2, 1, 3), "first": torch.zeros(1, 2), "activation": "Identity"},
        lambda u: u.outputs.flatten().tolist() == [6.0, 12.0],
        [
            ({"first": torch.zeros(1, 1)}, "first must have shape \\(1, 2\\), got \\(1, 1\\)"),
            ({"first": torch.zeros(2, 2)}, "first must have shape \\(batch=1"),
            ({"inputs": torch.ones(2, 1, 1)}, "inputs must have shape \\(steps, 1, 3\\)"),
            ({"inputs": torch.ones(0, 1, 3)}, "inputs must not be empty"),
            ({"activation": "x"}, "activation must be one of"),
        ],
    ),
    "recurrence.recurrent_backward": Row(
        by_hand.recurrent_backward,
        {"weights": WEIGHTS, "unrolled": UNROLLED, "outputs": torch.ones(4, 1, 1), "activation": "Identity"},
        lambda g: g.hidden[:, 0, 0].tolist() == [4.0, 3.0, 2.0, 1.0],
        [
            (
                {"outputs": torch.ones(1, 1, 1)},
                "outputs must have the shape of what unrolled put out, \\(4, 1, 1\\), got \\(1, 1, 1\\)",
            ),
            ({"factors": torch.ones(1)}, "factors must be one for each of 4 steps, got 1"),
        ],
    ),
    "recurrence.clip_by_norm": Row(
        recurrence.clip_by_norm,
        {"gradients": [torch.full((2,), 300.0, dtype=torch.float16)], "most": 3.0},
        lambda found: np.isclose(found[1], 300 * 2**0.5) and np.allclose(found[0][0].float(), 3 / 2**0.5, rtol=1e-3),
        [
            ({"gradients": []}, "gradients must not be empty"),
            ({"most": 0}, "most must be above 0"),
            ({"gradients": [numbers(1)]}, "gradients\\[0\\] must be floating-point"),
        ],
    ),
    "recurrence.jacobian_figure": Row(
        recurrence.jacobian_figure, {"panels": {"a": {"b": torch.ones(3, 2)}}}, is_figure
    ),
    "recurrence.step_jacobians": Row(
        recurrence.step_jacobians,
        {"step": lambda x, h: 2 * h + x, "inputs": torch.zeros(1, 2), "states": torch.ones(1, 2)},
        2 * torch.eye(2)[None],
        [
            ({"step": lambda x, h: h[:, :1]}, "what step gives must have the shape of states"),
            ({"inputs": torch.zeros(2, 2)}, "states must have shape"),
        ],
    ),
    "recurrence.jacobian_norms": Row(
        recurrence.jacobian_norms,
        {"step": lambda x, h: 2 * h + x, "inputs": torch.zeros(2, 1, 2), "first": torch.ones(1, 2)},
        torch.tensor([[1.0], [2.0], [4.0]]),
        [
            ({"first": torch.ones(2, 2)}, "first must have shape \\(batch=1, size\\), got \\(2, 2\\)"),
            ({"inputs": torch.zeros(0, 1, 2)}, "inputs must not be empty"),
        ],
    ),
    "recurrence.recurrent_step": Row(
        recurrence.recurrent_step,
        {"kind": "lstm", "hidden": 4},
        lambda found: found[1] == 8,
        [
            ({"kind": "x"}, "kind must be one of"),
            ({"weights": "x"}, "weights must be one of"),
            ({"hidden": 0}, "hidden must be at least 1"),
            ({"scale": -1.0}, "scale must be at least 0"),
            ({"forget": INF}, "forget must be finite"),
        ],
    ),
    "recurrence.Truncation": Row(
        recurrence.Truncation,
        {"kind": "truncated", "length": 2},
        lambda t: t.factors(4).tolist() == [0, 1, 0, 1],
        [
            ({"length": 0}, "length must be at least 1"),
            ({"keep": 0}, "keep must be above 0 and at most 1"),
            ({"kind": "half"}, "kind must be"),
        ],
    ),
    "recurrence.Truncation.factors": Row(
        recurrence.Truncation("full").factors,
        {"steps": 2},
        torch.ones(2),
        [({"steps": -1}, "steps must be at least 0")],
    ),
    "recurrence.scale_gradient": Row(recurrence.scale_gradient, {"state": torch.ones(2), "factor": 0.5}, torch.ones(2)),
    "recurrence.unroll": Row(
        recurrence.unroll,
        {"step": lambda x, h: h + x, "inputs": vector(1.0, 2.0), "state": torch.tensor(0.0)},
        lambda states: [float(s) for s in states] == [1, 3],
        [({"factors": torch.ones(1)}, "factors must be one for each of 2 steps, got 1")],
    ),
}
