"""The report of a run: verdict, curves, the experiment's own sections, settings, environment, what to do next."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from deepdive.names import printable, shell_line
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.registry import Recipe
from deepdive.recipes.running.outcome import Outcome
from deepdive.recipes.running.using import how_to
from deepdive.training import Record, Run, TrainingInterrupted
from deepdive.training.listeners import read_metrics
from deepdive.training.report import Section, write_report

_SAID = 300
"""Characters of an error that are worth reading."""


def report_on(outcome: Outcome, recipe: Recipe, experiment: Experiment[Any]) -> Outcome:
    """Make the report of a result that is safe already; what goes wrong is said, and costs the report alone.

    ``DEEPDIVE_TRACEBACK=1`` shows where an error came from.
    """
    try:
        write_run_report(outcome, recipe, experiment.sections(outcome.run), how_to(outcome.run, experiment))
    except TrainingInterrupted:
        raise
    except Exception as error:
        if os.environ.get("DEEPDIVE_TRACEBACK"):
            raise
        run, said = outcome.run, printable(" ".join(f"{type(error).__name__}: {error}".split()))
        outcome = replace(outcome, problem=said if len(said) <= _SAID else f"{said[:_SAID]}…")
        again = shell_line("deepdive", "resume", run.folder)
        sys.stderr.write(
            f"deepdive: the report could not be made ({outcome.problem}); the result is safe in "
            f"{run.folder / 'result.json'}; make the report with: {again}\n"
        )
    return outcome


def write_run_report(outcome: Outcome, recipe: Recipe, sections: Sequence[Section], how_to: Mapping[str, str]) -> Path:
    """Write ``report.html`` from what the run folder holds.

    Raises:
        OSError: the folder is full or read-only.
    """
    run = outcome.run
    svg = run.folder / "curves.svg"
    records = read_metrics(run.metrics_file)
    facts = {name: value for name, value in outcome.metrics.items() if name.startswith("test_")}
    return write_report(
        run.folder,
        title=_title(recipe, run),
        verdict=outcome.verdict,
        passed=None if outcome.judged_by is None else outcome.passed,
        facts=facts | _tested(records) | {"seconds": outcome.seconds} | _place(recipe),
        records=records,
        curves_svg=svg.read_text(encoding="utf-8") if svg.exists() else "",
        sections=sections,
        how_to=how_to,
        settings=run.settings,
        environment=outcome.environment,
    )


def _tested(records: Sequence[Record]) -> dict[str, str]:
    """Of which epoch the tested weights are: the best by the validation set, or without one by the training loss."""
    last = max((record.epoch for record in records if record.kind == "epoch"), default=0)
    tested = [record.epoch for record in records if record.kind == "test"]
    return {"tested epoch": f"{tested[0]} of {last}"} if len(tested) == 1 and last > 1 else {}


def _place(recipe: Recipe) -> dict[str, str]:
    """Of the book, if it has any."""
    if recipe.section:
        return {"D2L section": recipe.section}
    return {"D2L chapter": str(recipe.chapter)} if recipe.chapter else {}


def _title(recipe: Recipe, run: Run) -> str:
    """The recipe's own, which may speak of its data; of other data their name."""
    data = str(run.settings.get("data", recipe.data))
    return f"{recipe.name}: {recipe.title}" if data == recipe.data else f"{recipe.name} on {Path(data).name}"
