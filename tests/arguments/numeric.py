"""Attention, calculus, contrastive loss, evaluation, forecasting, regression and shift."""

import numpy as np
import torch
from scipy import stats
from sklearn.linear_model import Ridge
from sklearn.metrics import confusion_matrix as their_confusion_matrix
from tests.arguments.rows import INF, NAN, Row, numbers, vector

from deepdive.algorithms import (
    attention,
    backpropagation,
    calculus,
    contrastive,
    evaluation,
    forecasting,
    regression,
    shift,
)
from deepdive.algorithms.attention import figures as attention_figures
from deepdive.algorithms.attention.kernels import kernel_named
from deepdive.algorithms.evaluation import intervals
from deepdive.algorithms.evaluation.intervals import check_confidence

X = vector(0.0, 1.0, 3.0)
WINDOWS = torch.tensor([[1.0, 2.0, 4.0], [3.0, 5.0, 6.0]])
FORECASTS, TRUTH = torch.tensor([[1.0, 2.0], [3.0, 7.0]]), torch.tensor([[2.0, 2.0], [1.0, 4.0]])
FEATURES = torch.tensor([[1.0, 0.5], [2.0, -1.0], [4.0, 0.3], [3.0, 2.0], [0.5, 0.5]], dtype=torch.float64)
TARGETS = vector(1.0, 2.5, 3.0, 5.0, 0.5)
MODEL = forecasting.Autoregression(vector(0.5, 0.25), 1.0, 2.0)
HOLDOUT, LADDER = (
    make()
    for make in (
        lambda: evaluation.Holdout(numbers(True, False, True)),
        lambda: evaluation.Ladder(numbers(True, False, True), 0.1),
    )
)
PERCEPTRON = backpropagation.Perceptron([torch.ones(2, 3)], [torch.zeros(2)], loss="squared")
VALUES = PERCEPTRON.forward(torch.ones(1, 3), torch.ones(1, 2))
CLASSIFIER = shift.DomainClassifier(vector(1.0, 2.0), torch.tensor(0.5, dtype=torch.float64), 1)
FIT = regression.LinearFit(vector(1.0, 2.0), torch.tensor(0.5, dtype=torch.float64), "normal equation")


def is_figure(value):
    return type(value).__name__ == "Figure"


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
PRIOR = vector(0.5, 0.5)
PROBABILITIES = torch.tensor([[0.8, 0.2], [0.4, 0.6]], dtype=torch.float64)

ROWS = {
    # attention
    "attention.attention_figure": Row(
        attention.attention_figure,
        {"maps": [attention.AttentionMap(torch.ones(1, 2), ["a"], ["b", "c"])]},
        is_figure,
        [
            ({"maps": []}, "maps and columns must be at least 1"),
            ({"columns": 0}, "maps and columns must be at least 1"),
            ({"maps": [attention.AttentionMap(torch.ones(2, 1), ["a"], ["b", "c"])]}, "the weights of map"),
        ],
    ),
    "attention.heat_maps": Row(
        attention_figures.heat_maps,
        {"panels": {"a": torch.ones(2, 3)}, "queries": torch.arange(2.0), "keys": torch.arange(3.0)},
        is_figure,
        [
            ({"panels": {}}, "panels must not be empty"),
            ({"panels": {"a": torch.ones(3, 2)}}, "queries must have shape \\(q=3,\\), got \\(2,\\)"),
        ],
    ),
    "attention.kernel_named": Row(
        kernel_named,
        {"name": "gaussian"},
        lambda k: float(k(torch.tensor(2.0))) == -2,
        [({"name": "triangle"}, "kernel must be one of")],
    ),
    "attention.attention_pool": Row(
        attention.attention_pool,
        {"queries": vector(1.0), "keys": X, "values": vector(1.0, 2.0, 5.0), "kernel": "boxcar", "width": 1.5},
        lambda found: torch.allclose(found[0], vector(1.5)),
        [
            ({"values": vector(1.0)}, "values must have shape \\(k=3,"),
            ({"keys": X.unsqueeze(1)}, "keys must have shape"),
            ({"width": 0.0}, "width must be above 0"),
            ({"width": vector(1.0, 2.0)}, "width must have shape \\(\\), got \\(2,\\)"),
            ({"kernel": "x"}, "kernel must be one of"),
            ({"keys": X[:0], "values": X[:0]}, "keys must not be empty"),
            ({"allowed": torch.ones(2, 3).bool()}, "allowed must have shape"),
        ],
        free=("width",),
    ),
    "attention.leave_one_out": Row(
        attention.leave_one_out,
        {"keys": X, "values": vector(1.0, 2.0, 5.0), "kernel": "constant"},
        vector(3.5, 3.0, 1.5),
        [({"keys": X[:1], "values": X[:1]}, "keys must be at least 2"), ({"values": X[:1]}, "values must have shape")],
        free=("width",),
    ),
    "attention.attention_rollout": Row(
        attention.attention_rollout,
        {"weights": torch.tensor([[[[0.5, 0.5], [0.0, 1.0]]]] * 2).squeeze(1).unsqueeze(1), "residual": 0.5},
        torch.tensor([[0.5625, 0.4375], [0.0, 1.0]]),
        [
            ({"weights": torch.ones(1, 1, 2, 3)}, "weights must have shape"),
            ({"weights": torch.ones(0, 1, 2, 2)}, "weights has no layer"),
            ({"residual": 1.5}, "residual must be from 0 to 1"),
        ],
    ),
    "attention.width_errors": Row(
        attention.width_errors,
        {"keys": X, "values": vector(1.0, 2.0, 5.0), "kernel": "constant", "widths": vector(1.0, 2.0)},
        vector(*[np.mean([2.5**2, 1.0, 3.5**2])] * 2),
        [({"widths": X[:0]}, "widths must not be empty"), ({"widths": vector(0.0)}, "width must be above 0")],
    ),
    "attention.learn_width": Row(
        attention.learn_width,
        {"keys": X, "values": X, "start": 1.0, "steps": 1},
        lambda path: len(path.widths) == 2 and path.widths[0] == 1,
        [
            ({"kernel": "boxcar"}, "kernel must be gaussian or epanechnikov"),
            ({"start": 0.0}, "start must be above 0"),
            ({"start": INF}, "start must be above 0 and finite"),
            ({"steps": 0}, "steps must be at least 1"),
            ({"lr": -0.1}, "lr must be above 0"),
        ],
    ),
    # backpropagation
    "backpropagation.Perceptron": Row(
        backpropagation.Perceptron,
        {"weights": [torch.ones(2, 3)], "biases": [torch.zeros(2)]},
        lambda p: p.loss == "cross-entropy",
        [
            ({"biases": [torch.zeros(3)]}, "weights and biases of layer 1 must have shape"),
            ({"biases": []}, "weights and biases must have one entry"),
            ({"weight_decay": -1}, "weight_decay must be at least 0"),
            ({"activation": "gelu"}, "activation must be 'sigmoid' or 'tanh' or 'relu', got 'gelu'"),
        ],
    ),
    "backpropagation.Perceptron.forward": Row(
        PERCEPTRON.forward,
        {"x": torch.ones(1, 3), "y": torch.ones(1, 2)},
        lambda values: float(values.loss) == 0.5 * (2**2 + 2**2),
        [
            ({"x": torch.ones(1, 2)}, "x must have shape \\(batch, 3\\), got \\(1, 2\\)"),
            ({"y": torch.ones(1, 1)}, "y must have shape \\(batch, 2\\), got \\(1, 1\\)"),
            ({"y": torch.ones(2, 2)}, "y must have shape \\(batch=1"),
            ({"x": torch.ones(0, 3), "y": torch.ones(0, 2)}, "x must not be empty"),
        ],
    ),
    "backpropagation.Perceptron.backward": Row(
        PERCEPTRON.backward,
        {"values": VALUES, "y": torch.ones(1, 2)},
        lambda found: torch.equal(found.weights[0], torch.full((2, 3), 2.0)),
        [({"y": torch.ones(2, 2)}, "y must have one target for each of 1 examples, got 2")],
    ),
    "backpropagation.Perceptron.draw": Row(PERCEPTRON.draw, {}, lambda text: text.startswith("<svg")),
    # calculus
    "calculus.check_gradient": Row(
        calculus.check_gradient,
        {"function": lambda x: (x**3).sum(), "inputs": [vector(1.0, 2.0)]},
        lambda check: check.ok,
        [
            ({"inputs": []}, "inputs must be at least one tensor"),
            ({"inputs": [numbers(1)]}, "inputs must be at least one tensor"),
            ({"tolerance": 0}, "tolerance must be above 0"),
            ({"function": lambda x: x}, "what function returns must be a scalar"),
        ],
    ),
    "calculus.derivative": Row(
        calculus.derivative,
        {"function": torch.sin, "x": vector(0.5, 2.0)},
        lambda d: torch.allclose(d, torch.cos(vector(0.5, 2.0))),
        [
            ({"step": 0.0}, "step must be above 0"),
            ({"method": "five-point"}, "method must be"),
            ({"function": lambda x: 1.0}, "what function returns must be a tensor"),
        ],
        free=("x",),
    ),
    "calculus.partial_derivative": Row(
        calculus.partial_derivative,
        {"function": lambda x: x[..., 0] * x[..., 1], "x": vector(2.0, 3.0), "index": 0},
        lambda d: torch.allclose(d, vector(3.0).squeeze()),
        [({"index": 2}, "index must be from -2 to 1"), ({"index": -3}, "index must be from -2 to 1")],
    ),
    "calculus.jacobian": Row(
        calculus.jacobian,
        {"function": lambda x: x**2, "x": vector(2.0, 3.0)},
        lambda j: torch.allclose(j, torch.diag(vector(4.0, 6.0))),
        [({"x": vector()}, "x must be a vector")],
    ),
    "calculus.gradient": Row(
        calculus.gradient,
        {"function": lambda x: (x**2).sum(), "x": vector(2.0, 3.0)},
        lambda g: torch.allclose(g, vector(4.0, 6.0)),
        [({"function": lambda x: x}, "what function returns must be a scalar")],
    ),
    "calculus.hessian": Row(
        calculus.hessian,
        {"function": lambda x: x[0] ** 2 * x[1], "x": vector(2.0, 3.0)},
        lambda h: torch.allclose(h, torch.tensor([[6.0, 4.0], [4.0, 0.0]], dtype=torch.float64), atol=1e-5),
        [({"step": -1.0}, "step must be above 0")],
    ),
    "calculus.tangent_plot": Row(
        calculus.tangent_plot,
        {"function": torch.sin, "points": [0.0]},
        is_figure,
        [
            ({"interval": (1, 1)}, "the interval must go up"),
            ({"interval": (0, INF)}, "the interval must go up"),
            ({"interval": (0,)}, "interval must be a sequence of 2 numbers, got 1"),
        ],
    ),
    "calculus.contour_plot": Row(
        calculus.contour_plot,
        {"function": lambda p: (p**2).sum(-1), "arrows": 0},
        is_figure,
        [({"x": (2, 1)}, "the interval must go up"), ({"path": torch.ones(3, 3)}, "path must have shape")],
    ),
    "contrastive.contrastive_loss": Row(
        contrastive.contrastive_loss,
        {"distance": vector(0.5, 0.2, 2.0), "different": vector(0.0, 1.0, 1.0), "margin": 1.5},
        vector((0.5**2 + 1.3**2) / 6).squeeze(),
        [
            ({"different": torch.zeros(3, 1)}, "different must have shape \\(batch=3,\\), got \\(3, 1\\)"),
            ({"different": vector(1.0)}, "different must have shape"),
            ({"distance": vector(), "different": vector()}, "distance must not be empty"),
            ({"margin": 0}, "margin must be above 0"),
        ],
    ),
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
    # forecasting
    "forecasting.Autoregression": Row(
        forecasting.Autoregression,
        {"weight": vector(0.5, 0.25), "bias": 1.0, "noise": 2.0},
        lambda m: m.order == 2,
        [({"weight": vector()}, "weight must not be empty")],
    ),
    "forecasting.Autoregression.step": Row(
        MODEL.step,
        {"windows": WINDOWS},
        torch.tensor([3.0, 5.0]),
        [({"windows": WINDOWS[:, :1]}, "windows must hold at least 2 values")],
    ),
    "forecasting.Autoregression.forecast": Row(
        MODEL.forecast,
        {"windows": WINDOWS, "horizon": 1},
        torch.tensor([[3.0], [5.0]]),
        [({"horizon": 0}, "horizon must be"), ({"windows": WINDOWS[:, :1]}, "windows must hold at least 2 values")],
    ),
    "forecasting.Autoregression.deviation": Row(
        MODEL.deviation, {"horizon": 2}, vector(2.0, 2 * np.sqrt(1 + 0.25**2)), [({"horizon": 0}, "horizon must be")]
    ),
    "forecasting.fit_autoregression": Row(
        forecasting.fit_autoregression,
        {"values": vector(0, 1, 1.5, 1.75, 1.875), "order": 1},
        lambda m: np.allclose([float(m.weight), m.bias], [0.5, 1.0]),
        [
            ({"order": 0}, "order must be"),
            ({"values": vector(1, 2)}, "values must be at least 3"),
            ({"values": vector(1, 2, NAN, 3)}, "values must be finite, got nan at \\[2\\]"),
        ],
    ),
    "forecasting.naive": Row(
        forecasting.naive,
        {"windows": WINDOWS, "horizon": 2},
        torch.tensor([[4.0, 4.0], [6.0, 6.0]]),
        [({"horizon": 0}, "horizon must be"), ({"windows": WINDOWS[:, :0]}, "windows must not be empty")],
    ),
    "forecasting.seasonal_naive": Row(
        forecasting.seasonal_naive,
        {"windows": WINDOWS, "horizon": 3, "period": 2},
        torch.tensor([[2.0, 4.0, 2.0], [5.0, 6.0, 5.0]]),
        [({"period": 4}, "period must be from 1 to the 3"), ({"period": 0}, "period must be from 1")],
    ),
    "forecasting.rmse": Row(
        forecasting.rmse,
        {"forecasts": FORECASTS, "truth": TRUTH},
        torch.tensor([2.5**0.5, 4.5**0.5]),
        [
            ({"truth": TRUTH[:1]}, "truth must have shape \\(n=2, horizon=2\\), got \\(1, 2\\)"),
            ({"truth": TRUTH[:, :1]}, "truth must have shape"),
            ({"forecasts": FORECASTS[:0], "truth": TRUTH[:0]}, "forecasts must not be empty"),
        ],
    ),
    "forecasting.mae": Row(
        forecasting.mae,
        {"forecasts": FORECASTS, "truth": TRUTH},
        torch.tensor([1.5, 1.5]),
        [
            ({"truth": TRUTH[:1]}, "truth must have shape \\(n=2, horizon=2\\), got \\(1, 2\\)"),
            ({"forecasts": FORECASTS[:0], "truth": TRUTH[:0]}, "forecasts must not be empty"),
        ],
    ),
    "forecasting.mase": Row(
        forecasting.mase,
        {"forecasts": FORECASTS, "truth": TRUTH, "history": torch.tensor([1.0, 4.0, 1.0])},
        torch.tensor([0.5, 0.5]),
        [
            ({"history": torch.tensor([1.0])}, "period must be from 1 to below the 1 values"),
            ({"history": torch.ones(3)}, "history must not repeat itself"),
            ({"history": torch.tensor([1.0, NAN, 2.0])}, "history must be finite"),
            ({"truth": TRUTH[:1]}, "truth must have shape"),
            ({"period": 0}, "period must be from 1"),
        ],
    ),
    "forecasting.skill": Row(
        forecasting.skill,
        {"errors": vector(1.0, 3.0), "reference": vector(2.0, 2.0)},
        vector(0.5, -0.5),
        [
            ({"reference": vector(2.0)}, "reference must have shape \\(horizon=2,\\), got \\(1,\\)"),
            ({"reference": vector(2.0, 0.0)}, "reference must be above 0, got 0 at \\[1\\]"),
            ({"errors": vector(-1.0, 0.0)}, "errors must be from 0 up"),
            ({"errors": vector(NAN, 0.0)}, "errors must be from 0 up, got nan"),
        ],
    ),
    "forecasting.forecast_figure": Row(
        forecasting.forecast_figure, {"truth": torch.arange(9.0), "forecasts": {1: torch.arange(3.0)}}, is_figure
    ),
    "forecasting.error_figure": Row(forecasting.error_figure, {"errors": {"a": vector(1.0, 2.0)}}, is_figure),
    "forecasting.forecast": Row(
        forecasting.forecast,
        {"step": lambda x: x.sum(1), "windows": WINDOWS, "horizon": 2},
        torch.tensor([[7.0, 13.0], [14.0, 25.0]]),
        [
            ({"horizon": 0}, "horizon must be"),
            ({"windows": WINDOWS[:, :0]}, "windows must not be empty"),
            ({"step": lambda x: x}, "what step gives must have shape \\(2, 1\\) or \\(2,\\), got \\(2, 3\\)"),
        ],
    ),
    # regression
    "regression.descent_limit": Row(
        regression.descent_limit,
        {"features": FEATURES, "targets": TARGETS},
        lambda fit: torch.allclose(fit.weight, regression.least_squares(FEATURES, TARGETS).weight),
        [({"tolerance": 1.0}, "tolerance must be above 0 and below 1"), ({"max_steps": 0}, "max_steps must be")],
    ),
    "regression.LinearFit.predict": Row(
        FIT.predict,
        {"features": torch.tensor([[1.0, 1.0], [0.0, 2.0]])},
        vector(3.5, 4.5),
        [({"features": torch.ones(2, 1)}, "features must have shape \\(rows, 2\\), got \\(2, 1\\)")],
    ),
    "regression.least_squares": Row(
        regression.least_squares,
        {"features": FEATURES, "targets": TARGETS},
        lambda fit: np.allclose(
            [*fit.weight.tolist(), float(fit.bias)],
            np.linalg.lstsq(np.c_[FEATURES.numpy(), np.ones(5)], TARGETS.numpy(), rcond=None)[0],
        ),
        [
            ({"targets": TARGETS[:1]}, "targets must have shape \\(rows=5,\\), got \\(1,\\)"),
            ({"targets": TARGETS[:, None]}, "targets must have shape"),
            ({"targets": vector(1, 2, INF, 3, 4)}, "targets must be finite, got inf at \\[2\\]"),
            ({"features": FEATURES[:0], "targets": TARGETS[:0]}, "features must not be empty"),
            ({"method": "qr"}, "method must be"),
        ],
    ),
    "regression.ridge": Row(
        regression.ridge,
        {"features": FEATURES, "targets": TARGETS, "penalty": 2.0},
        lambda fit: np.allclose(fit.weight, Ridge(alpha=2.0).fit(FEATURES.numpy(), TARGETS.numpy()).coef_),
        [({"penalty": 0}, "penalty must be above 0"), ({"penalty": INF}, "penalty must be above 0 and finite")],
    ),
    "regression.gaussian_negative_log_likelihood": Row(
        regression.gaussian_negative_log_likelihood,
        {"residuals": vector(1.0, -2.0), "deviation": 1.5},
        vector(-stats.norm(scale=1.5).logpdf([1.0, -2.0]).sum()).squeeze(),
        [
            ({"deviation": vector(1.0, 2.0)}, "deviation must have shape \\(\\), got \\(2,\\)"),
            ({"deviation": 0}, "deviation must be above 0"),
            ({"deviation": torch.tensor(-1.0)}, "deviation must be above 0"),
            ({"residuals": vector()}, "residuals must not be empty"),
        ],
        free=("deviation",),
    ),
    "regression.most_likely_deviation": Row(
        regression.most_likely_deviation,
        {"residuals": vector(3.0, -4.0)},
        vector(12.5**0.5).squeeze(),
        [({"residuals": vector()}, "residuals must not be empty")],
    ),
    "regression.fit_softmax_regression": Row(
        regression.fit_softmax_regression,
        {
            "features": FEATURES,
            "labels": torch.tensor([0, 1, 2, 0, 1], dtype=torch.uint8),
            "num_classes": 3,
            "penalty": 1.0,
        },
        lambda found: found[0].shape == (3, 2),
        [
            ({"labels": numbers(0)}, "labels must have shape \\(n=5,\\), got \\(1,\\)"),
            ({"num_classes": 2}, "labels must be from 0 to 1, got 2 at \\[2\\]"),
            ({"num_classes": 1}, "num_classes must be at least 2"),
            ({"penalty": -1}, "penalty must be at least 0"),
            (
                {"directions": torch.ones(1, 2, dtype=torch.float64)},
                "directions must have shape \\(3, 2\\), got \\(1, 2\\)",
            ),
            ({"features": FEATURES / 0}, "features must be finite"),
        ],
    ),
    "regression.telling_outputs": Row(
        regression.telling_outputs,
        {"outputs": torch.tensor([[5.0, 0], [6, 1], [0, 1], [1, 0]]), "labels": numbers(0, 0, 1, 1), "num_classes": 2},
        [0, None],
        [
            ({"num_classes": 1}, "labels must be from 0 to 0, got 1"),
            ({"labels": numbers(0)}, "labels must have shape"),
            ({"outputs": torch.full((4, 2), NAN)}, "outputs must be finite"),
        ],
    ),
    "regression.l2_penalty": Row(
        regression.l2_penalty,
        {"weights": [vector(1.0, 2.0), vector(3.0)], "weight_decay": 0.5},
        vector(3.5).squeeze(),
        [
            ({"weights": []}, "weights must not be empty"),
            ({"weights": [numbers(1)]}, "weights\\[0\\] must be floating-point, got int64"),
            ({"weight_decay": -1}, "weight_decay must be at least 0"),
        ],
    ),
    "regression.polynomial_features": Row(
        regression.polynomial_features,
        {"x": vector(2.0, 3.0), "degree": 3},
        torch.tensor([[2.0, 2.0, 8 / 6], [3.0, 4.5, 4.5]], dtype=torch.float64),
        [({"degree": 0}, "degree must be at least 1")],
    ),
    # shift
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
