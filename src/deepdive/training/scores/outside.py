"""Metrics of other libraries, such as torchmetrics."""

import warnings
from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Shaped
from torch import Tensor

from deepdive.checks import told
from deepdive.training.metrics import Metric


class OutsideMetric(Metric):
    """An object with ``update(outputs, targets)``, ``compute()`` and ``reset()``, as torchmetrics has them.

    What a run that is resumed within an epoch needs of it is its ``metric_state`` (torchmetrics), or else its
    attributes that are numbers, tensors, or lists of them.

    Raises:
        ValueError: from ``compute``, it gives something else than one number.
    """

    def __init__(self, metric: Any, name: str = "metric") -> None:
        super().__init__()
        self.metric = metric
        self.higher_is_better = bool(getattr(metric, "higher_is_better", False))
        self._name = name

    @property
    def state(self) -> dict[str, Any]:
        """What the metric has of the batches so far."""
        counts = {name: value for name, value in vars(self.metric).items() if name in _COUNTS}
        held = getattr(self.metric, "metric_state", None)
        if not isinstance(held, Mapping):
            held = {name: value for name, value in vars(self.metric).items() if _plain(value)}
        return counts | dict(held)

    def load_state(self, saved: Mapping[str, Any]) -> None:
        """Go back to a saved ``state``."""
        for name, value in saved.items():
            now = getattr(self.metric, name, None)
            device = now.device if isinstance(now, Tensor) else getattr(self.metric, "device", None)
            setattr(self.metric, name, _on(value, device))

    def to(self, device: torch.device) -> None:
        """Accumulate on this device from now on, if the metric knows of devices."""
        if callable(to := getattr(self.metric, "to", None)):
            to(device)

    def reset(self) -> None:
        """Start again."""
        self.metric.reset()

    def update(self, outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> None:
        """Add one batch."""
        self.metric.update(outputs.clone(), targets.clone())  # whatever it writes into them

    def compute(self) -> Tensor:
        """The metric over everything added since the last reset."""
        with warnings.catch_warnings():  # a run resumed at the end of an epoch has made no update in this process
            warnings.filterwarnings("ignore", ".*compute.* method .* was called before", UserWarning)
            value = self.metric.compute()
        try:
            return torch.as_tensor(float(value), dtype=torch.float64)
        except (TypeError, ValueError, RuntimeError) as error:
            what = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else told(value)
            raise ValueError(f"{self._name} must compute one number, got {what}") from error


_COUNTS = ("_update_count", "_computed")


def _plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(_plain(item) for item in value)
    return value is None or isinstance(value, bool | int | float | Tensor)


def _on(value: Any, device: torch.device | None) -> Any:
    if isinstance(value, list):
        return [_on(item, device) for item in value]
    return value.to(device, copy=True) if isinstance(value, Tensor) else value
