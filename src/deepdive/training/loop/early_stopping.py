"""Stop when a metric no longer gets better (D2L section 5.5.3), and know which moment was best."""

import math
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
