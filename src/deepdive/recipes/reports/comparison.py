"""The network's metrics beside those of simpler methods."""

from collections.abc import Mapping

from deepdive.recipes.reports.evaluation import Assessment, Standing
from deepdive.training.report import Section, folded, join, table, text

_ALONE = 6
"""Metrics that no baseline has: more of them are folded."""


def baseline_sections(
    metrics: Mapping[str, float], assessment: Assessment, main: str | None, beside: Standing | None
) -> list[Section]:
    """A row for each metric of the test, a column for the network and for each baseline; what each of them is.

    ``main`` is the metric that counts, ``beside`` how the network stands beside the strongest baseline.
    """
    baselines = assessment.baselines
    if assessment.problem:
        return [Section("Metrics and baselines", text(f"They could not be measured: {assessment.problem}"))]
    if not baselines.entries and not assessment.measures:
        return [Section("Metrics and baselines", text(*baselines.notes))] if baselines.notes else []
    own = {name: value for name, value in metrics.items() if _tested(name)} | dict(assessment.measures)
    others = {each.name: each.metrics for each in baselines.entries}
    names = [*own, *(name for each in others.values() for name in each if name not in own)]
    rows = {
        name: {"metric": name, "network": own.get(name)} | {other: each.get(name) for other, each in others.items()}
        for name in dict.fromkeys(names)
    }
    alone = [name for name in rows if others and not any(name in each for each in others.values())]
    shown = [row for name, row in rows.items() if name not in alone or len(alone) <= _ALONE]
    rest = [{"metric": name, "network": own[name]} for name in alone] if len(alone) > _ALONE else []
    more = [folded(f"{len(rest)} more metrics of the network", table(rest))] if rest else []
    lines = [f"{each.name}: {each.how}." for each in baselines.entries if each.how]
    told = [str(beside)] if beside is not None else []
    if others and main is not None and (beside is None or beside.metric != main):
        told.append(f"No baseline has the metric {main}.")
    return [Section("Metrics and baselines", join([text(*told), table(shown), text(*lines, *baselines.notes), *more]))]


def _tested(name: str) -> bool:
    return name.startswith(("test_", "val_"))
