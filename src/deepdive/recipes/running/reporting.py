"""The report of a run: verdict, curves, the experiment's own sections, settings, environment, what to do next."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from deepdive.names import flat, shell_line
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.registry import Recipe
from deepdive.recipes.reports.comparison import baseline_sections
from deepdive.recipes.reports.evaluation import Assessment
from deepdive.recipes.running.assessing import told_or_raised
from deepdive.recipes.running.outcome import Outcome
from deepdive.recipes.running.using import how_to
from deepdive.recipes.settings import from_plain
from deepdive.training import Record, Run, TrainingInterrupted
from deepdive.training.listeners import read_metrics
from deepdive.training.listeners.figures import has_curves
from deepdive.training.report import Section, worded, write_report

_NOTHING = Assessment()


def report_on(outcome: Outcome, recipe: Recipe, experiment: Experiment[Any], assessment: Assessment) -> Outcome:
    """Make the report of a result that is safe already; what goes wrong is said, and costs the report alone.

    ``DEEPDIVE_TRACEBACK=1`` shows where an error came from.
    """
    try:
        uses = how_to(outcome.run, experiment)
        sections = experiment.sections(outcome.run)
        write_run_report(outcome, recipe, sections, uses, assessment, curves=experiment.draws_curves)
    except TrainingInterrupted:
        raise
    except Exception as error:
        run = outcome.run
        outcome = replace(outcome, problem=told_or_raised(error))
        again = shell_line("deepdive", "resume", run.folder)
        sys.stderr.write(
            f"deepdive: the report could not be made ({outcome.problem}); the result is safe in "
            f"{run.folder / 'result.json'}; make the report with: {again}\n"
        )
    return outcome


def write_run_report(
    outcome: Outcome,
    recipe: Recipe,
    sections: Sequence[Section],
    uses: Mapping[str, str],
    assessment: Assessment = _NOTHING,
    *,
    curves: bool = True,
) -> Path:
    """Write ``report.html`` from what the run folder holds, what was assessed, and the experiment's own ``sections``.

    Raises:
        OSError: the folder is full or read-only.
    """
    run = outcome.run
    svg = run.folder / "curves.svg"
    records = read_metrics(run.metrics_file)
    settings, unused = _settings(recipe, run, outcome.computed)
    explained = [line for each in assessment.evaluations for line in each.explained()]
    shown = [section for each in assessment.evaluations for section in each.sections()]
    return write_report(
        run.folder,
        title=_title(recipe, run),
        verdict=outcome.verdict,
        passed=None if outcome.judged_by is None else outcome.passed,
        facts=_facts(outcome) | _tested(outcome, records),
        records=records,
        curves_svg=svg.read_text(encoding="utf-8") if curves and svg.exists() and has_curves(records) else "",
        curves_notes=explained,
        sections=[
            *baseline_sections(outcome.metrics, assessment, outcome.main_metric, outcome.standing),
            *shown,
            *sections,
        ],
        how_to=uses,
        settings=settings,
        unused_settings=unused,
        environment=_place(recipe) | outcome.environment,
    )


def _settings(recipe: Recipe, run: Run, computed: Mapping[str, str]) -> tuple[dict[str, object], dict[str, object]]:
    """Those that count, with what was taken where they leave that open; and those that do not count with the others."""
    taken = replace(run, computed=dict(computed)).used_settings
    given = dict(flat(run.settings))
    told = {name: value if given.get(name) == value else f"auto: {worded(value)}" for name, value in taken.items()}
    unused = from_plain(recipe.settings_type, run.settings).unused()
    counting: dict[str, object] = {name: value for name, value in told.items() if name not in unused}
    return counting, {name: value for name, value in told.items() if name in unused}


def _facts(outcome: Outcome) -> dict[str, object]:
    """The few figures that matter: the metric, the strongest baseline, the target, the time."""
    metric, beside, target = outcome.main_metric, outcome.standing, outcome.judged_by
    if metric is None:
        return {"time": _time(outcome)}
    facts: dict[str, object] = {metric: outcome.metrics[metric]}
    if beside is not None:
        of = "" if beside.metric == metric else f" in {beside.metric}"
        who = "strongest baseline" if beside.ahead > 0 else "the baseline wins" if beside.ahead < 0 else "baseline"
        facts[f"{who}{of}: {beside.baseline}"] = beside.value
    if target is not None:
        facts["target"] = f"{target.sign} {target.value:g}"
    return facts | {"time": _time(outcome)}


def _time(outcome: Outcome) -> str:
    minutes, seconds = divmod(outcome.seconds, 60)
    return f"{minutes:.0f} min {seconds:.0f} s" if minutes else f"{seconds:.3g} s"


def _tested(outcome: Outcome, records: Sequence[Record]) -> dict[str, str]:
    """Of which epoch weights and metrics are: the best by the validation set, or without one by the training loss."""
    last = max((record.epoch for record in records if record.kind == "epoch"), default=0)
    return {"epoch of the metrics": f"{outcome.epoch} of {last}"} if outcome.epoch and last > 1 else {}


def _place(recipe: Recipe) -> dict[str, str]:
    """Of the book, if it has any."""
    if recipe.section:
        return {"D2L section": recipe.section}
    return {"D2L chapter": str(recipe.chapter)} if recipe.chapter else {}


def _title(recipe: Recipe, run: Run) -> str:
    """The recipe's own, which may speak of its data; of other data their name."""
    data = str(run.settings.get("data", recipe.data))
    return f"{recipe.name}: {recipe.title}" if data == recipe.data else f"{recipe.name} on {Path(data).name}"
