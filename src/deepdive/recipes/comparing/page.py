"""A comparison as a page that needs nothing but itself: the tables, and the curves of all runs together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deepdive.figures import PALETTE, figure_style, log_scale, to_svg
from deepdive.names import label
from deepdive.recipes.comparing.runs import ComparedRun, Comparison
from deepdive.recipes.comparing.table import marked, metric_rows, setting_rows
from deepdive.training.report import Html, Section, figure, folded, join, page, table, text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DASHES = ("-", "--", ":", "-.")
_PANELS = 12
_FIGURES = ("loss", "accuracy", "rmse", "perplexity")
"""Families of metrics that come first."""


def comparison_page(comparison: Comparison) -> str:
    """HTML with the runs, their curves, the settings that differ, metrics beside baselines."""
    letters = [run.letter for run in comparison.readable]
    runs = [
        {"": run.letter, "recipe": run.recipe, "preset": run.preset, "created": run.created}
        | {"state": run.state, "folder": str(run.folder)}
        for run in comparison.runs
    ]
    sections = [Section("Runs", join([table(runs), text(*comparison.notes)]))]
    if names := drawn_metrics(comparison.readable):
        caption = "One line for each run, epoch by epoch."
        drawn = figure(to_svg(run_curves(comparison.readable, names)).decode(), caption=caption)
        same = [f"The curves of {', '.join(each)} are the same." for each in same_curves(comparison)]
        sections.append(Section("Curves", join([drawn, text(*same)])))
    sections += [Section("Metrics", _table(metric_rows(comparison), letters)), _settings(comparison, letters)]
    names = ", ".join(dict.fromkeys(run.recipe for run in comparison.readable))
    return page(f"{len(comparison.runs)} runs compared", text(f"{names}. Metrics: {marked(comparison)}."), sections)


def drawn_metrics(runs: Sequence[ComparedRun]) -> list[str]:
    """Names of the metrics that are known epoch by epoch, the validation's before those of training."""
    names = dict.fromkeys(
        name for run in runs for record in run.records if record.kind == "epoch" for name in record.metrics
    )
    wanted = [name for name in names if name.startswith(("val_", "train_"))]

    def rank(name: str) -> tuple[bool, int]:
        family = name.partition("_")[2]
        known = next((i for i, each in enumerate(_FIGURES) if family.endswith(each)), len(_FIGURES))
        return name.startswith("train_"), known

    return sorted(wanted, key=rank)[:_PANELS]


def same_curves(comparison: Comparison) -> list[list[str]]:
    """Letters of runs with the same metrics in every epoch, several at a time."""
    groups: dict[str, list[str]] = {}
    for run in comparison.readable:
        epochs = [(record.epoch, record.metrics) for record in run.records if record.kind == "epoch"]
        if epochs:
            groups.setdefault(repr(epochs), []).append(run.letter)
    return [letters for letters in groups.values() if len(letters) > 1]


def run_curves(runs: Sequence[ComparedRun], names: Sequence[str]) -> "Figure":
    """A panel for each metric, a line for each run; logarithmic where values span more than two decades."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with figure_style():
        figure = Figure(figsize=(7.2, 1.0 + 2.4 * len(names)), facecolor="white", layout="constrained")
        axes = figure.subplots(len(names), 1, squeeze=False)[:, 0]
        for ax, name in zip(axes, names, strict=True):
            values: list[float] = []
            seen: list[list[tuple[int, float]]] = []
            for i, run in enumerate(runs):
                points = [(r.epoch, r.metrics[name]) for r in run.records if r.kind == "epoch" and name in r.metrics]
                points = [(x, y) for x, y in points if abs(y) < 1e100]  # false for NaN
                if not points:
                    continue
                color, dash = PALETTE[i % len(PALETTE)], _DASHES[i // len(PALETTE) % len(_DASHES)]
                if points in seen:  # what lies below shows between the dashes
                    dash = _DASHES[1 + (seen.count(points) - 1) % (len(_DASHES) - 1)]
                seen.append(points)
                marker = "o" if len(points) == 1 else "none"
                ax.plot(*zip(*points, strict=True), color=color, ls=dash, marker=marker, label=run.letter)
                values += [y for _, y in points]
            if values and min(values) > 1e-100 and max(values) / min(values) > 100:
                log_scale(ax, "y")
            ax.set_title(label(name.replace("_", " "), 40), loc="left", fontsize="medium", fontweight="bold")
            ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        last = max((r.epoch for run in runs for r in run.records if r.kind == "epoch"), default=1)
        for ax in axes:
            ax.set_xlim(0, 1.02 * max(1, last))
        axes[-1].set_xlabel("epoch")
        lines = {}
        for ax in axes:
            lines |= {name: line for line, name in zip(*ax.get_legend_handles_labels(), strict=True)}
        if lines:
            figure.legend(lines.values(), lines.keys(), loc="outside upper right", ncols=10, fontsize="small")
    return figure


def _settings(comparison: Comparison, letters: Sequence[str]) -> Section:
    rows = setting_rows(comparison)
    told = _table(rows, letters) if rows else text("None.")
    own = [f"Only {who}: {', '.join(names)}." for who, names in comparison.partial.items()]
    every = [
        {"setting": name} | {run.letter: str(run.settings.get(name, "-")) for run in comparison.readable}
        for name in dict.fromkeys(name for run in comparison.readable for name in run.settings)
    ]
    return Section("Settings that differ", join([told, text(*own), folded(f"All {len(every)} settings", table(every))]))


def _table(rows: Sequence[tuple[str, Sequence[str]]], letters: Sequence[str]) -> Html:
    return table(
        [
            {"": name.strip() if not name.startswith(" ") else f"↳ {name.strip()}"}
            | dict(zip(letters, cells, strict=True))
            for name, cells in rows
        ]
    )
