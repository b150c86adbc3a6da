"""The report's tables and curves of optimisers that learnt the same."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from deepdive.figures import PALETTE, figure_style
from deepdive.recipes.experiments import TrainingResult
from deepdive.recipes.experiments.drawing import svg_figure
from deepdive.training import Record, Run
from deepdive.training.report import Section, join, table, text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DECAY = (
    "Weight decay is decoupled from the gradient: optimisers that would take it for an L2 penalty (SGD, AdaGrad, "
    "RMSprop, Adadelta and others) have none."
)
Best = Mapping[tuple[str, str], str]
"""By task and optimiser, the training run with the best rate."""


def comparison_sections(
    run: Run,
    best: Best,
    results: Mapping[str, TrainingResult],
    records: Mapping[str, Sequence[Record]],
    *,
    log_every: int,
) -> list[Section]:
    """For each task the curves of the training loss, and the results at equal steps and at equal seconds."""
    made = []
    for task in dict.fromkeys(task for task, _ in best):
        names = {name: each for (of, name), each in best.items() if of == task}
        seconds = run.read_json(f"training_runs/seconds-{task}.json")
        rows = []
        for name, each in names.items():
            steps = results[each].metrics
            timed = results.get(f"{task}-{name}-seconds", results[each])
            row: dict[str, object] = {"optimiser": name, "ms a step": 1000 * seconds[name]}
            row |= {key.replace("_", " "): value for key, value in steps.items() if key.startswith("test_")}
            rows.append(
                row | {"at equal seconds": timed.metrics.get("test_loss", math.inf), "steps then": timed.extent.steps}
            )
        by_steps = min(rows, key=lambda row: float(str(row.get("test loss", math.inf))))["optimiser"]
        by_seconds = min(rows, key=lambda row: float(str(row["at equal seconds"])))["optimiser"]
        caption = "Training loss of each step." if log_every == 1 else f"Training loss, mean of {log_every} steps."
        drawn = svg_figure(
            _curves({name: records[each] for name, each in names.items()}), caption, run.folder / f"{task}.svg"
        )
        winners = f"Lowest test loss at equal steps: {by_steps}; at equal seconds: {by_seconds}. {_DECAY}"
        made.append(Section(task.capitalize(), join([table(rows), text(winners), drawn])))
    return made


def _curves(records: Mapping[str, Sequence[Record]]) -> "Figure":
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(7.2, 3.8), facecolor="white", layout="constrained")
        ax = figure.subplots()
        highest = []
        for i, (name, each) in enumerate(records.items()):
            points = [(record.step, record.metrics["train_loss"]) for record in each if record.kind == "train"]
            first = points[0][0] if points else 0
            dash = ("-", "--", ":", "-.")[i // len(PALETTE) % 4]
            losses = [loss for _, loss in points]
            ax.plot([step - first for step, _ in points], losses, dash, color=PALETTE[i % len(PALETTE)], label=name)
            highest += losses[1:2]
        if highest:
            ax.set_ylim(top=1.1 * max(highest))
        ax.set_xlabel("step")
        ax.set_ylabel("training loss")
        ax.legend(fontsize="small")
    return figure
