"""The network's metrics beside those of simpler methods."""

from collections.abc import Mapping

from deepdive.recipes.reports.evaluation import Assessment, higher_is_better
from deepdive.training.report import Section, folded, join, table, text

_ALONE = 6
"""Metrics that no baseline has: more of them are folded."""


def baseline_sections(
    metrics: Mapping[str, float],
    assessment: Assessment,
    main: str | None,
    strongest: tuple[str, float] | None,
    higher: bool | None = None,
) -> list[Section]:
    """A row for each metric of the test, a column for the network and for each baseline; what each of them is.

    ``main`` is the metric that counts, ``strongest`` the best baseline by it, ``higher`` what is better where its name
    does not say.
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
    told = text(_verdict(own, main, strongest, higher)) if main in own and strongest is not None else text()
    return [Section("Metrics and baselines", join([told, table(shown), text(*lines, *baselines.notes), *more]))]


def _tested(name: str) -> bool:
    return name.startswith(("test_", "val_"))


def _verdict(
    own: Mapping[str, float], main: str | None, strongest: tuple[str, float] | None, higher: bool | None
) -> str:
    """Whether the network is better than the strongest baseline, in words."""
    if main is None or strongest is None:
        return ""
    (name, value), better = strongest, higher_is_better(main) if higher is None else higher
    ahead = own[main] - value if better else value - own[main]
    if ahead > 0:
        return f"The network is better than the strongest baseline ({name}) by {ahead:.4g} in {main}."
    if ahead != ahead:
        return f"{main} of the network is no number."
    if ahead == 0:
        return f"The network is as good as the strongest baseline ({name}) in {main}, and no better."
    return f"The strongest baseline ({name}) is better than the network by {-ahead:.4g} in {main}."
