"""Stop when a metric no longer gets better (D2L section 5.5.3), and know which moment was best."""

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass
class Best:
    """The best value of a metric so far, and how many epochs have passed since.

    A value counts as better when it beats the best one by more than ``min_delta``; NaN never does.
    """

    monitor: str
    higher_is_better: bool = False
    min_delta: float = 0.0
    value: float = math.nan
    epochs_since: int = 0

    def update(self, metrics: dict[str, float]) -> bool:
        """Take in one epoch's metrics; true if it is the best so far.

        Raises:
            ValueError: there is no metric of the monitored name.
        """
        if self.monitor not in metrics:
            raise ValueError(f"monitor is {self.monitor!r}, but the metrics are {', '.join(sorted(metrics))}")
        value = metrics[self.monitor]
        gain = value - self.value if self.higher_is_better else self.value - value
        better = gain > self.min_delta or (math.isnan(self.value) and not math.isnan(value))
        self.value = value if better else self.value
        self.epochs_since = 0 if better else self.epochs_since + 1
        return better


@dataclass(frozen=True)
class EarlyStopping:
    """End a run after ``patience`` epochs without a gain of more than ``min_delta`` in the monitored metric.

    Raises:
        ValueError: ``patience`` is less than 1 or ``min_delta`` is negative.
    """

    patience: int = 3
    min_delta: float = 0.0

    def __post_init__(self) -> None:
        if self.patience < 1:
            raise ValueError(f"patience is {self.patience}; it must be at least 1 epoch")
        if self.min_delta < 0:
            raise ValueError(f"min_delta is {self.min_delta}; it must not be negative")


def monitored(
    name: str | None, metrics: Mapping[str, bool], stopping: EarlyStopping | None, *, validated: bool
) -> Best:
    """The best value yet to be found, of the metric of that name.

    Args:
        name: ``val_loss``, or ``train_loss`` without validation data, if not given.
        metrics: by name, whether higher is better.
        stopping: says what counts as a gain.
        validated: whether there is validation data.

    Raises:
        ValueError: there is no such metric.
    """
    name = name or ("val_loss" if validated else "train_loss")
    split, _, metric = name.partition("_")
    known = {"loss": False, **metrics}
    if split not in ("train", "val") or metric not in known:
        raise ValueError(f"monitor is {name!r}; it must be train_ or val_ and one of {', '.join(known)}")
    if split == "val" and not validated:
        raise ValueError(f"monitor is {name!r}, but the data has no validation split")
    return Best(name, known[metric], stopping.min_delta if stopping else 0.0)
