"""Between training and report: what the network predicts of the test part, and how simpler methods do on it."""

import os
import sys
from dataclasses import replace
from typing import Any

import msgspec

from deepdive.names import cut, printable, shell_line
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.experiments.inputs import measured
from deepdive.recipes.reports.evaluation import Assessment, Baseline, Baselines
from deepdive.training import Run, TrainingInterrupted

_SAID = 300
"""Characters of an error that are worth reading."""


def assess(experiment: Experiment[Any], run: Run, *, resume: bool) -> Assessment:
    """The evaluations of a trained run, and its baselines, which are measured once and kept in the run folder.

    What goes wrong is said, and costs nothing but this: the training is over. ``DEEPDIVE_TRACEBACK=1`` shows where an
    error came from.
    """
    try:
        evaluations = tuple(experiment.evaluations(run))
        if not evaluations:
            return Assessment()
        measures = {name: value for each in evaluations for name, value in each.measures().items()}
        fitted = run.preset != "smoke"

        def compare() -> dict[str, Any]:
            found = Baselines.joined(each.baselines(fitted=fitted) for each in evaluations)
            entries = [replace(each, metrics=each.metrics | experiment.derived(each.metrics)) for each in found.entries]
            return msgspec.to_builtins({"entries": entries, "notes": found.notes})

        kept = measured(run, "baselines", compare, resume=resume)
        return Assessment(evaluations, _read(kept), measures)
    except TrainingInterrupted:
        raise
    except Exception as error:
        said = told_or_raised(error)
        again = f"DEEPDIVE_TRACEBACK=1 {shell_line(*run.command)}"
        sys.stderr.write(f"deepdive: baselines and scores could not be measured ({said}); see where: {again}\n")
        return Assessment(problem=said)


def told_or_raised(error: Exception) -> str:
    """An error as one line of bounded length; with ``DEEPDIVE_TRACEBACK=1`` it is raised again.

    Raises:
        Exception: the error, where its origin is asked for.
    """
    if os.environ.get("DEEPDIVE_TRACEBACK"):
        raise error
    said = printable(" ".join(f"{type(error).__name__}: {error}".split()))
    return cut(said, _SAID)


def _read(kept: Any) -> Baselines:
    entries = tuple(msgspec.convert(each, Baseline) for each in kept["entries"])
    return Baselines(entries, tuple(kept["notes"]))
