"""The report of a run: verdict, curves, the experiment's own sections, settings, environment, what to do next."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deepdive.recipes.registry import RecipeInfo
from deepdive.training.listeners import read_metrics
from deepdive.training.report import Section, write_report

if TYPE_CHECKING:
    from deepdive.recipes.runner import Outcome


def write_run_report(outcome: "Outcome", info: RecipeInfo, sections: Sequence[Section]) -> Path:
    """Write ``report.html`` from what the run folder holds.

    Raises:
        OSError: the folder is full or read-only.
    """
    run = outcome.run
    svg = run.folder / "curves.svg"
    facts = {name: value for name, value in outcome.metrics.items() if name.startswith("test_")}
    return write_report(
        run.folder,
        title=f"{info.name}: {info.title}",
        verdict=outcome.verdict,
        passed=None if outcome.target is None else outcome.passed,
        facts=facts | {"seconds": outcome.seconds, "section": info.chapter},
        records=read_metrics(run.metrics_file),
        curves_svg=svg.read_text(encoding="utf-8") if svg.exists() else "",
        sections=sections,
        how_to={
            "Predict new files": f"deepdive predict {run.folder} FILE ...",
            "Run it again": " ".join(run.command),
        },
        settings=run.settings,
        environment=outcome.environment,
    )
