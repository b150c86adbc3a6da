"""Shifts of distributions."""

import numpy as np
import torch
from tests.arguments.rows import INF, NAN, Row, numbers, vector

from deepdive.algorithms import shift

FEATURES = torch.tensor([[1.0, 0.5], [2.0, -1.0], [4.0, 0.3], [3.0, 2.0], [0.5, 0.5]], dtype=torch.float64)
CLASSIFIER = shift.DomainClassifier(vector(1.0, 2.0), torch.tensor(0.5, dtype=torch.float64), 1)
PRIOR = vector(0.5, 0.5)
PROBABILITIES = torch.tensor([[0.8, 0.2], [0.4, 0.6]], dtype=torch.float64)

ROWS = {
    "shift.DomainClassifier.logits": Row(
        CLASSIFIER.logits,
        {"x": torch.tensor([[1.0, 1.0]], dtype=torch.float64)},
        vector(3.5),
        [({"x": torch.ones(2, 1)}, "x must have shape \\(n, 2\\), got \\(2, 1\\)")],
    ),
    "shift.fit_domain_classifier": Row(
        shift.fit_domain_classifier,
        {"source": FEATURES, "target": FEATURES[:3] + 1},
        lambda c: c.weight.shape == (2,),
        [
            ({"target": FEATURES[:, :1]}, "target must have shape \\(m=5, features=2\\), got \\(5, 1\\)"),
            ({"target": FEATURES[:0]}, "target must not be empty"),
            ({"source": FEATURES / 0}, "source must be finite"),
            ({"l2": 0}, "l2 must be above 0"),
            ({"tolerance": 0}, "tolerance must be above 0"),
        ],
    ),
    "shift.importance_weights": Row(
        shift.importance_weights,
        {"logits": vector(0.0, np.log(3.0)), "source_rows": 10, "target_rows": 5},
        vector(0.5, 1.5),
        [
            ({"logits": torch.zeros(2, 1)}, "logits must have shape \\(n,\\), got \\(2, 1\\)"),
            ({"logits": vector(0.0, NAN)}, "logits must be finite, got nan at \\[1\\]"),
            ({"logits": vector()}, "logits must not be empty"),
            ({"source_rows": 0}, "source_rows must be at least 1"),
            ({"limit": 0}, "limit must be above 0"),
        ],
    ),
    "shift.mean_one": Row(
        shift.mean_one,
        {"weights": vector(1.0, 3.0)},
        vector(0.5, 1.5),
        [
            ({"weights": vector(0.0, 0.0)}, "weights must not all be 0"),
            ({"weights": vector(-1.0, 3.0)}, "weights must be from 0 up, got -1 at \\[0\\]"),
            ({"weights": vector(INF)}, "weights must be finite"),
            ({"weights": vector()}, "weights must not be empty"),
        ],
    ),
    "shift.effective_sample_size": Row(
        shift.effective_sample_size,
        {"weights": torch.full((10,), 300.0, dtype=torch.float16)},
        10.0,
        [
            ({"weights": vector(0.0)}, "weights must not all be 0"),
            ({"weights": vector(-1.0)}, "weights must be from 0 up"),
        ],
    ),
    "shift.weighted_risk": Row(
        shift.weighted_risk,
        {"losses": vector(1.0, 5.0), "weights": vector(3.0, 1.0)},
        vector(2.0).squeeze(),
        [
            ({"weights": torch.ones(2, 1)}, "weights must have shape \\(n=2,\\), got \\(2, 1\\)"),
            ({"weights": vector(1.0)}, "weights must have shape"),
            ({"weights": vector(0.0, 0.0)}, "weights must not all be 0"),
            ({"weights": vector(-1.0, 2.0)}, "weights must be from 0 up"),
        ],
    ),
    "shift.black_box_shift": Row(
        shift.black_box_shift,
        {"confusion": torch.tensor([[200, 0], [50, 150]], dtype=torch.uint8), "predicted": numbers(80, 120)},
        lambda found: torch.allclose(found.prior, vector(0.2, 0.8)),
        [
            ({"predicted": numbers(80)}, "predicted must have shape \\(classes=2,\\), got \\(1,\\)"),
            ({"confusion": torch.ones(2, 3)}, "confusion must have shape"),
            ({"confusion": torch.ones(2, 2)}, "confusion must have a condition number"),
            ({"confusion": torch.tensor([[1.0, NAN], [0, 1]])}, "confusion must be finite"),
            ({"confusion": numbers(-1, 0).repeat(2, 1)}, "confusion must be from 0 up"),
            ({"predicted": numbers(0, 0)}, "predicted must hold a count above 0"),
            ({"worst_condition": 0.5}, "worst_condition must be at least 1"),
        ],
    ),
    "shift.likelihood_shift": Row(
        shift.likelihood_shift,
        {"probabilities": torch.eye(2, dtype=torch.float64)[[0, 1, 1, 1]], "source_prior": PRIOR},
        lambda found: torch.allclose(found.prior, vector(0.25, 0.75)),
        [
            ({"probabilities": torch.ones(2, 2)}, "the sum of probabilities over the last dimension must be 1"),
            ({"probabilities": torch.tensor([[1.5, -0.5]])}, "probabilities must be from 0 up"),
            ({"source_prior": vector(1.0)}, "source_prior must have shape"),
            ({"source_prior": vector(1.0, 0.0)}, "source_prior must be above 0"),
            ({"source_prior": vector(1.0, 1.0)}, "the sum of source_prior"),
            ({"steps": 0}, "steps must be at least 1"),
            ({"probabilities": torch.ones(0, 2)}, "probabilities must not be empty"),
        ],
    ),
    "shift.correct_predictions": Row(
        shift.correct_predictions,
        {"probabilities": PROBABILITIES, "source_prior": PRIOR, "target_prior": vector(0.2, 0.8)},
        torch.tensor([[0.16 / 0.32, 0.16 / 0.32], [0.08 / 0.56, 0.48 / 0.56]], dtype=torch.float64),
        [
            ({"target_prior": vector(1.0)}, "target_prior must have shape"),
            ({"target_prior": vector(0.5, 0.6)}, "the sum of target_prior"),
            ({"probabilities": 2 * PROBABILITIES}, "the sum of probabilities"),
            ({"source_prior": vector(1.0, 0.0)}, "source_prior must be above 0 wherever"),
            (
                {"probabilities": torch.eye(2, dtype=torch.float64), "target_prior": vector(1.0, 0.0)},
                "target_prior must leave every row",
            ),
        ],
    ),
}
