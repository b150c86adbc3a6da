"""Metrics as text, the same on the terminal, in curves and in the report."""

from collections.abc import Mapping

from deepdive.names import printable

_SPLITS = ("train", "val", "test")


def split_name(name: str) -> tuple[str, str]:
    """``(family, split)`` of a metric: ``val_loss`` → ``("loss", "val")``, ``lr`` → ``("lr", "")``."""
    split, _, family = name.partition("_")
    return (family, split) if split in _SPLITS and family else (name, "")


def format_value(value: float) -> str:
    """Four decimals where that shows the value, else four significant digits: ``0.8731``, ``1e-05``."""
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e3 else f"{value:.4g}"


def format_metrics(metrics: Mapping[str, float]) -> str:
    """One line: ``train_loss 0.5123  val_accuracy 0.8120``."""
    return "  ".join(f"{printable(name)} {format_value(value)}" for name, value in metrics.items())


def format_seconds(seconds: float) -> str:
    """``0:07``, ``12:30``, ``1:02:03``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
