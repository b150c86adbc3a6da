"""Evaluation."""

import numpy as np
import torch
from scipy import stats
from sklearn.metrics import confusion_matrix as their_confusion_matrix
from tests.arguments.rows import NAN, Row, numbers, vector

from deepdive.algorithms import evaluation
from deepdive.algorithms.evaluation import intervals
from deepdive.algorithms.evaluation.intervals import check_confidence

HOLDOUT, LADDER = (
    make()
    for make in (
        lambda: evaluation.Holdout(numbers(True, False, True)),
        lambda: evaluation.Ladder(numbers(True, False, True), 0.1),
    )
)


def interval_of(method):
    def is_theirs(found):
        theirs = stats.binomtest(7, 20).proportion_ci(0.9, method=method)
        return np.allclose([float(found.lower), float(found.upper)], theirs, atol=1e-6)

    return is_theirs


COUNT = [
    ({"n": 0}, "n must be at least 1, got 0"),
    ({"correct": 21}, "correct must be in \\[0, 20\\]"),
    ({"correct": -1}, "correct must be in"),
    ({"correct": vector(NAN)}, "correct must be in"),
    ({"correct": 6.5}, "correct must be a whole number of examples, got 6.5"),
    ({"confidence": 1}, "confidence must be between 0 and 1"),
    ({"confidence": 95}, "confidence must be"),
]

ROWS = {
    # evaluation
    "evaluation.confusion_matrix": Row(
        evaluation.confusion_matrix,
        {
            "predicted": torch.tensor([0, 99, 20] * 3, dtype=torch.uint8),
            "true": numbers(*[20, 99, 20] * 3),
            "num_classes": 100,
        },
        torch.from_numpy(their_confusion_matrix([20, 99, 20] * 3, [0, 99, 20] * 3, labels=range(100))),
        [
            ({"true": numbers(1)}, "true must have shape \\(n=9,\\), got \\(1,\\)"),
            ({"num_classes": 99}, "predicted must be from 0 to 98, got 99"),
            ({"true": numbers(*[-1] * 9)}, "true must be from 0 to 99, got -1"),
            ({"num_classes": 0}, "num_classes must be at least 1"),
            ({"true": torch.zeros(9)}, "true must be an integer tensor"),
        ],
    ),
    "evaluation.class_scores": Row(
        evaluation.class_scores,
        {"confusion": torch.tensor([[3, 1], [2, 4]], dtype=torch.uint8)},
        lambda found: torch.allclose(found.recall, vector(0.75, 2 / 3)),
        [
            ({"confusion": numbers(1, 2)}, "confusion must have shape"),
            ({"confusion": torch.ones(2, 2)}, "confusion must be an integer tensor"),
            ({"confusion": torch.zeros(0, 0, dtype=torch.int64)}, "num_classes must be at least 1"),
            ({"confusion": torch.tensor([[1, 0], [-1, 2]])}, "confusion must be from 0 up, got -1"),
        ],
    ),
    "evaluation.reliability": Row(
        evaluation.reliability,
        {"confidence": vector(0.9, 0.9, 0.6), "correct": numbers(True, False, True)},
        lambda found: np.isclose(found.error, 0.4),
        [
            ({"confidence": vector(0.9, 1.1, 0.6)}, "confidence must be from 0 to 1, got 1.1"),
            ({"confidence": vector(0.9, NAN, 0.6)}, "confidence must be from 0 to 1"),
            ({"confidence": vector(0.9)}, "correct must have shape"),
            ({"correct": numbers(1, 0, 1)}, "correct must be a boolean tensor"),
            ({"bins": 0}, "bins must be at least 1"),
        ],
    ),
    "evaluation.scores_of_counts": Row(
        evaluation.scores_of_counts,
        {"both": numbers(3, 4), "predicted": numbers(5, 5), "true": numbers(4, 6)},
        lambda found: np.allclose(found.f1, (2 / 3, 8 / 11)),
        [
            ({"true": numbers(4)}, "true must have shape"),
            ({"both": vector(3.0, 4.0)}, "both must be an integer tensor"),
            ({"both": numbers(-1, 4)}, "both must be from 0 up, got -1"),
        ],
    ),
    "evaluation.auroc": Row(
        evaluation.auroc,
        {"scores": vector(0.9, 0.4, 0.4, 0.1), "positive": torch.tensor([True, True, False, False])},
        lambda area: float(area) == 0.875,
        [
            ({"positive": torch.tensor([True, False])}, "positive must have shape"),
            ({"positive": numbers(1, 1, 0, 0)}, "positive must be a boolean tensor"),
            ({"scores": numbers(9, 4, 4, 1)}, "scores must be a floating-point tensor"),
        ],
    ),
    "evaluation.regression_scores": Row(
        evaluation.regression_scores,
        {"predicted": vector(1.0, 2.0, 5.0), "true": vector(1.0, 3.0, 5.0)},
        lambda found: np.allclose(found, (1 / 3, np.sqrt(1 / 3), 0.875)),
        [
            ({"true": vector(1.0)}, "true must have shape"),
            ({"predicted": numbers(1, 2, 3)}, "predicted must be a floating-point tensor"),
        ],
    ),
    "evaluation.simulate_coverage": Row(
        evaluation.simulate_coverage,
        {"interval": evaluation.hoeffding_interval, "accuracy": 0.7, "n": 10, "trials": 50},
        lambda c: c.rate > 0.9,
        [({"accuracy": 1.1}, "accuracy must be in"), ({"n": 0}, "n must be"), ({"trials": 0}, "trials must be")],
    ),
    "evaluation.exact_coverage": Row(
        evaluation.exact_coverage,
        {"interval": evaluation.wald_interval, "accuracy": 0.5, "n": 1},
        0.0,
        [({"accuracy": -0.1}, "accuracy must be in"), ({"n": 0}, "n must be")],
    ),
    "evaluation.hoeffding_interval": Row(
        evaluation.hoeffding_interval,
        {"correct": 7, "n": 20, "confidence": 0.9},
        lambda found: np.isclose(float(found.upper), 0.35 + np.sqrt(np.log(20) / 40)),
        COUNT,
    ),
    "evaluation.wald_interval": Row(
        evaluation.wald_interval,
        {"correct": 7, "n": 20, "confidence": 0.9},
        lambda found: np.isclose(float(found.lower), 0.35 - stats.norm.ppf(0.95) * np.sqrt(0.35 * 0.65 / 20)),
        COUNT,
    ),
    "evaluation.wilson_interval": Row(
        evaluation.wilson_interval, {"correct": 7, "n": 20, "confidence": 0.9}, interval_of("wilson"), COUNT
    ),
    "evaluation.clopper_pearson_interval": Row(
        evaluation.clopper_pearson_interval,
        {"correct": 7, "n": 20, "confidence": 0.9},
        interval_of("exact"),
        COUNT,
    ),
    "evaluation.Interval.covers": Row(
        intervals.Interval(vector(0.2, 0.6), vector(0.4, 0.7)).covers, {"p": 0.4}, numbers(True, False)
    ),
    "evaluation.normal_quantile": Row(
        intervals.normal_quantile,
        {"confidence": 0.95},
        stats.norm.ppf(0.975),
        [({"confidence": 0.0}, "confidence must be")],
    ),
    "evaluation.check_confidence": Row(
        check_confidence, {"confidence": 0.5}, None, [({"confidence": 1.0}, "confidence must be")]
    ),
    "evaluation.Holdout": Row(
        evaluation.Holdout,
        {"labels": numbers(True, False)},
        lambda h: h(numbers(True, True)) == 0.5,
        [({"labels": torch.zeros(0).bool()}, "labels must not be empty")],
    ),
    "evaluation.Holdout.__call__": Row(
        HOLDOUT.__call__,
        {"predictions": numbers(True, True, True)},
        2 / 3,
        [({"predictions": numbers(True)}, "predictions must have the shape of labels, \\(3,\\), got \\(1,\\)")],
    ),
    "evaluation.Ladder": Row(
        evaluation.Ladder,
        {"labels": numbers(True, False), "step": 0.1},
        lambda ladder: ladder.best == 0,
        [({"step": 0.0}, "step must be"), ({"step": 1.0}, "step must be")],
    ),
    "evaluation.Ladder.__call__": Row(
        LADDER.__call__,
        {"predictions": numbers(True, False, True)},
        1.0,
        [({"predictions": numbers(True)}, "predictions must have the shape")],
    ),
    "evaluation.bonferroni": Row(
        evaluation.bonferroni,
        {"confidence": 0.95, "comparisons": 5},
        0.99,
        [({"comparisons": 0}, "comparisons must be at least 1"), ({"confidence": 1.0}, "confidence must be")],
    ),
    "evaluation.simulate_reuse": Row(
        evaluation.simulate_reuse,
        {"models": 2, "n": 5, "trials": 3},
        lambda r: 0 <= r.best_accuracy <= 1,
        [({"models": 0}, "models must be at least 1"), ({"trials": 0}, "trials must be at least 1")],
    ),
    "evaluation.boosting_attack": Row(
        evaluation.boosting_attack,
        {"holdout": HOLDOUT, "n": 3, "questions": 50},
        numbers(True, False, True),
        [({"n": 0}, "n must be at least 1"), ({"questions": 0}, "questions must be at least 1")],
    ),
    "evaluation.hoeffding_test_size": Row(
        evaluation.hoeffding_test_size,
        {"half_width": 0.01, "two_sided": False},
        14979,
        [({"half_width": 0}, "half_width must be"), ({"confidence": 1}, "confidence must be")],
    ),
    "evaluation.normal_test_size": Row(
        evaluation.normal_test_size,
        {"half_width": 0.1},
        97,
        [({"half_width": 1}, "half_width must be"), ({"accuracy": 1}, "accuracy must be")],
    ),
}
