"""Metrics by name, as functions, as ours or as those of other libraries."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from deepdive.checks import told
from deepdive.names import suggestion
from deepdive.training.choices.losses import divided_at, of_binary_classes
from deepdive.training.metrics import Accuracy, BinaryAccuracy, MeanSquaredError, Metric, Pearson
from deepdive.training.scores import (
    AUROC,
    F1,
    R2,
    FunctionMetric,
    MeanAbsoluteError,
    OutsideMetric,
    Precision,
    Recall,
)
from deepdive.training.thresholds import Thresholded

NAMES: dict[str, Callable[[], Metric]] = {
    "accuracy": Accuracy,
    "top5_accuracy": lambda: Accuracy(5),
    "binary_accuracy": BinaryAccuracy,
    "f1": F1,
    "precision": Precision,
    "recall": Recall,
    "macro_f1": lambda: F1(average="macro"),
    "macro_precision": lambda: Precision(average="macro"),
    "macro_recall": lambda: Recall(average="macro"),
    "weighted_f1": lambda: F1(average="weighted"),
    "micro_f1": lambda: F1(average="micro"),
    "auroc": AUROC,
    "mse": MeanSquaredError,
    "rmse": lambda: MeanSquaredError(root=True),
    "mae": MeanAbsoluteError,
    "r2": R2,
    "pearson": Pearson,
}
"""Metrics by name; ``f1``, ``precision`` and ``recall`` are of class 1 with one output per example, and the mean over
classes with several."""


MetricChoices = str | Iterable[Any] | Callable[..., Any] | Metric
"""What is accepted as metrics: see `choose_metrics`."""


def choose_metrics(choice: MetricChoices | None, loss: Any = None) -> dict[str, Metric]:
    """Metrics by the names that they are reported under.

    Args:
        choice: a list, or a dict by name, of names of metrics (``NAMES``), e.g. ``"accuracy"``; functions of outputs
            and targets, whose mean over the batches is taken, see `FunctionMetric`; our metrics; objects with
            ``update``, ``compute`` and ``reset``, as torchmetrics has them. One alone need not be in a list.
        loss: that they stand beside. Of binary cross-entropy ``"accuracy"`` is that of each output, `BinaryAccuracy`;
            what divides outputs at a threshold and has none of its own divides where the loss does.

    Raises:
        TypeError: one is something else.
        ValueError: there is no metric of that name, two have the same, or one has none or that of the loss.
    """
    if choice is None:
        return {}
    if isinstance(choice, Mapping):
        given = [(str(name), f"metrics[{name!r}]", each) for name, each in choice.items()]
    else:
        several = [choice] if isinstance(choice, str) or not isinstance(choice, Iterable) else list(choice)
        given = [(_name(each), f"metrics[{i}]", each) for i, each in enumerate(several)]
    found: dict[str, Metric] = {}
    binary = of_binary_classes(loss)
    for name, place, each in given:
        if name in found:
            raise ValueError(f"metrics must have names of their own, got {name!r} twice; give a dict")
        if name in ("", "loss"):  # which it would be reported in place of
            raise ValueError(f"metrics must have a name other than 'loss', got {name!r}; give a dict")
        found[name] = metric = _metric(each, place, binary=binary)
        if binary and isinstance(metric, Thresholded):
            metric.follow(divided_at(loss))
    return found


def _metric(choice: Any, place: str, *, binary: bool) -> Metric:
    if isinstance(choice, Metric):
        return choice
    if binary and (choice is Accuracy or (isinstance(choice, str) and choice.casefold() == "accuracy")):
        return BinaryAccuracy()
    if isinstance(choice, str):
        if choice.casefold() not in NAMES:
            raise ValueError(f"{place} must be the name of a metric, got {choice!r}{suggestion(choice, list(NAMES))}")
        return NAMES[choice.casefold()]()
    if isinstance(choice, type) and issubclass(choice, Metric):
        return choice()
    if isinstance(choice, type):
        raise TypeError(f"{place} must be made, got the class {choice.__name__}: {choice.__name__}(...)")
    if all(callable(getattr(choice, part, None)) for part in ("update", "compute", "reset")):
        return OutsideMetric(choice, place)
    if callable(choice):
        return FunctionMetric(choice, place)
    raise TypeError(
        f"{place} must be a name, a function of outputs and targets, or an object with update, compute and reset, got "
        f"{told(choice)}"
    )


def _name(choice: Any) -> str:
    """``f1`` of ``"F1"``, the name of a function, ``mean_squared_error`` of an object of the class."""
    if isinstance(choice, str):
        return choice.casefold()
    while hasattr(choice, "func"):
        choice = choice.func
    name = getattr(choice, "__name__", type(choice).__name__)
    if name == "<lambda>":
        return "function"
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).casefold()
