"""Figures of the recipes on linear models."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from deepdive.figures import GREY, PALETTE, figure_style, log_scale
from deepdive.training.records import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from torch import Tensor

    from deepdive.recipes.linear.cross_validation import CrossValidation


def loss_curves(training_runs: Mapping[str, Sequence[Record]]) -> "Figure":
    """Training (dashed) and validation loss of every epoch, one pair of lines per training run.

    Where there are more training runs than colours, the second round of them has thinner lines.
    """
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(7.2, 3.6), facecolor="white", layout="constrained")
        ax = figure.subplots()
        for i, (name, records) in enumerate(training_runs.items()):
            color, lw = PALETTE[i % len(PALETTE)], 1.8 / (1 + i // len(PALETTE))
            epochs = [record for record in records if record.kind == "epoch"]
            for split, style in (("train", "--"), ("val", "-")):
                values = [record.metrics[f"{split}_loss"] for record in epochs]
                ax.plot(range(1, len(values) + 1), values, style, color=color, lw=lw, label=f"{name}, {split}")
        log_scale(ax, "y")
        ax.set_xlabel("epoch")
        ax.set_ylabel("loss")
        ax.legend(fontsize="small", ncols=2)
    return figure


def error_curves(training_runs: Mapping[str, Sequence[Record]]) -> "Figure":
    """Root mean squared errors of every epoch, without any penalty: of training and of validation rows.

    The lines get thinner from one training run to the next, so that those below can be seen where they are the same.
    """
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(7.2, 3.4), facecolor="white", layout="constrained")
        axes = figure.subplots(1, 2, sharey=True)
        for ax, split, title in zip(axes, ("train", "val"), ("training rows", "validation rows"), strict=True):
            for i, (color, (name, records)) in enumerate(zip(PALETTE, training_runs.items(), strict=False)):
                errors = [record.metrics[f"{split}_rmse"] for record in records if record.kind == "epoch"]
                ax.plot(range(1, len(errors) + 1), errors, color=color, lw=max(1.0, 6.0 - 2.5 * i), label=name)
            ax.set_title(title, loc="left", fontsize="medium", fontweight="bold")
            ax.set_xlabel("epoch")
        axes[0].set_ylim(bottom=0)
        axes[0].set_ylabel("root mean squared error")
        axes[1].legend(fontsize="small", loc="lower right")
    return figure


def fitted_curves(x: "Tensor", y: "Tensor", grid: "Tensor", truth: "Tensor", fits: Mapping[str, "Tensor"]) -> "Figure":
    """Training points, the true curve, and what each model fits."""
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(7.2, 4.0), facecolor="white", layout="constrained")
        ax = figure.subplots()
        ax.plot(grid.tolist(), truth.tolist(), color=GREY, lw=4, alpha=0.5, label="truth")
        for color, (name, values) in zip(PALETTE, fits.items(), strict=False):
            ax.plot(grid.tolist(), values.tolist(), color=color, label=name)
        ax.scatter(x.tolist(), y.tolist(), s=10, color=GREY, label="training rows")
        low, high = float(y.min()), float(y.max())
        ax.set_ylim(low - 0.2 * (high - low), high + 0.2 * (high - low))
        ax.set_xlabel("x")
        ax.set_ylabel("y")
        ax.legend(fontsize="small")
    return figure


def errors_by_degree(validated: "CrossValidation", *, noise: float) -> "Figure":
    """Root mean squared errors in cross-validation against the degree, with one standard error up and down."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    degrees = range(1, len(validated.train) + 1)
    validation = [error**0.5 for error in validated.validation]
    around = list(zip(validated.validation, validated.standard_error, strict=True))
    upper = [(error + deviation) ** 0.5 for error, deviation in around]
    # far up, one fold decides, and the bar would reach below 0: its end is left where the scale can show it
    lower = [max(error - deviation, error / 4) ** 0.5 for error, deviation in around]
    with figure_style():
        figure = Figure(figsize=(7.2, 3.6), facecolor="white", layout="constrained")
        ax = figure.subplots()
        ax.plot(degrees, [error**0.5 for error in validated.train], "--o", color=PALETTE[0], label="training rows")
        ax.fill_between(degrees, lower, upper, color=PALETTE[1], alpha=0.2, linewidth=0, label="one standard error")
        ax.plot(degrees, validation, "-o", color=PALETTE[1], label="validation rows")
        ax.axhline(noise, color=GREY, lw=1.0, label="noise")
        ax.axvline(validated.chosen, color=PALETTE[2], lw=1.0, label=f"chosen: {validated.chosen}")
        log_scale(ax, "y")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("degree")
        ax.set_ylabel("root mean squared error")
        ax.legend(fontsize="small")
    return figure
