"""Forecasting and regression."""

import numpy as np
import torch
from scipy import stats
from sklearn.linear_model import Ridge
from tests.arguments.rows import INF, NAN, Row, is_figure, numbers, vector

from deepdive.algorithms import forecasting, regression

WINDOWS = torch.tensor([[1.0, 2.0, 4.0], [3.0, 5.0, 6.0]])
FORECASTS, TRUTH = torch.tensor([[1.0, 2.0], [3.0, 7.0]]), torch.tensor([[2.0, 2.0], [1.0, 4.0]])
FEATURES = torch.tensor([[1.0, 0.5], [2.0, -1.0], [4.0, 0.3], [3.0, 2.0], [0.5, 0.5]], dtype=torch.float64)
TARGETS = vector(1.0, 2.5, 3.0, 5.0, 0.5)
MODEL = forecasting.Autoregression(vector(0.5, 0.25), 1.0, 2.0)
FIT = regression.LinearFit(vector(1.0, 2.0), torch.tensor(0.5, dtype=torch.float64), "normal equation")

ROWS = {
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
    "forecasting.Autoregression.std": Row(
        MODEL.std, {"horizon": 2}, vector(2.0, 2 * np.sqrt(1 + 0.25**2)), [({"horizon": 0}, "horizon must be")]
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
        {"residuals": vector(1.0, -2.0), "std": 1.5},
        vector(-stats.norm(scale=1.5).logpdf([1.0, -2.0]).sum()).squeeze(),
        [
            ({"std": vector(1.0, 2.0)}, "std must have shape \\(\\), got \\(2,\\)"),
            ({"std": 0}, "std must be above 0"),
            ({"std": torch.tensor(-1.0)}, "std must be above 0"),
            ({"residuals": vector()}, "residuals must not be empty"),
        ],
        free=("std",),
    ),
    "regression.most_likely_std": Row(
        regression.most_likely_std,
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
}
