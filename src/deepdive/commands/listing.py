"""``deepdive list``: every recipe with its target and last result, a line each. Free of torch."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import tyro

from deepdive.commands.terminal.saying import say
from deepdive.files import read_json
from deepdive.json_values import json_line
from deepdive.names import cut, printable, suggestion
from deepdive.recipes import Recipe, Target, recipes
from deepdive.recipes.book import BOOK, CHAPTERS
from deepdive.recipes.finding import by_meaning, missing
from deepdive.recipes.settings import to_plain, with_preset

_LINE, _NAME, _METRIC = 80, 18, 22
"""Columns of a line, and of two of its parts; the title has what the target leaves."""


@dataclass(frozen=True)
class _Options:
    filters: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """Show only these: a chapter (16), a section (16.6), a field (vision, language, tabular ...), a recipe's name, or a
    word for what it does (sentiment, translation, ner, csv ...)."""
    json: bool = False
    """Print one JSON object per recipe: all that is known of it."""
    runs: Path = Path("runs")
    """The folder with run folders, where last results are looked for."""


def main(arguments: list[str]) -> int:
    """List the recipes."""
    options = tyro.cli(
        _Options,
        args=arguments,
        prog="deepdive list",
        description="Recipes that can be run, by chapter.",
        config=(tyro.conf.FlagCreatePairsOff,),
    )
    chosen = [*_chosen(recipes().values(), options.filters)]
    for line in _as_json(chosen, options.runs) if options.json else _as_text(chosen, options.runs):
        say(line)
    return 0


def _chosen(known: Iterable[Recipe], filters: Sequence[str]) -> Iterable[Recipe]:
    """Those that any filter fits, or all without a filter.

    Raises:
        ValueError: a filter fits none.
    """
    known = list(known)
    facts = {recipe.name: _facts(recipe) for recipe in known}
    every = {fact for of_one in facts.values() for fact in of_one}
    chosen: set[str] = set()
    for each in filters:
        fitting = {name for name, own in facts.items() if each.lower() in own}
        fitting = fitting or {recipe.name for recipe in by_meaning(each, known)}
        if not fitting and (topic := missing(each)):
            raise ValueError(f"there is no recipe in {each!r}: none for {topic} yet")
        if not fitting:
            raise ValueError(f"there is no recipe in {each!r}{suggestion(each, _in_order(every, facts))}")
        chosen |= fitting
    return [recipe for recipe in known if not filters or recipe.name in chosen]


def _in_order(every: Collection[str], names: Collection[str]) -> list[str]:
    """Fields first, as they are what a message can show of them; then names, then numbers."""
    return sorted(every, key=lambda each: (each[0].isdigit(), each in names, each))


def _facts(recipe: Recipe) -> set[str]:
    """What a filter may be: name, chapter, section, and the folders that the declaration lies in."""
    rooms = recipe.settings_type.__module__.split(".")[2:-1]
    return {recipe.name, str(recipe.chapter), *([recipe.section] if recipe.section else []), *rooms}


def _as_text(chosen: Sequence[Recipe], runs: Path) -> Iterable[str]:
    yield f"Chapters and sections are those of {BOOK}."
    yield _line("", "recipe", "", "target", "last")
    for chapter, group in groupby(chosen, key=lambda recipe: recipe.chapter):
        yield f"{chapter:>2} {CHAPTERS.get(chapter, '')}"
        for recipe in group:
            bound, state = _bound(_target(recipe)), printable(_last_result(recipe, runs)["state"])
            yield _line(recipe.section or "", recipe.name, recipe.title, bound, state)
    yield "target: of the preset quick, on the test set if not said; last: the newest run."
    yield "deepdive run NAME runs one; deepdive run NAME --help tells its settings."


def _line(section: str, name: str, title: str, bound: str, state: str) -> str:
    """Four columns, and whatever a damaged result has to say."""
    start = f"{section:>5} {name:<{_NAME}} "
    space = _LINE - len(start) - len(bound) - len(" ") - len(" ended")
    return f"{start}{cut(title, space):<{space}} {bound} {state}".rstrip()


def _bound(target: Target | None) -> str:
    """The metric, where it is not said otherwise that of the test set, and what it must reach."""
    if target is None:
        return ""
    value = f" {target.sign} {target.value:g}"
    return cut(target.metric.removeprefix("test_"), _METRIC - len(value), keep="end") + value


def _as_json(chosen: Sequence[Recipe], runs: Path) -> Iterable[str]:
    for recipe in chosen:
        target = _target(recipe)
        content = {
            "name": recipe.name,
            "chapter": recipe.chapter,
            "section": recipe.section,
            "title": recipe.title,
            "data": recipe.data,
            "keywords": [*recipe.keywords],
            "presets": [*recipe.presets],
            "target": None if target is None else asdict(target),
            "last": _last_result(recipe, runs),
        }
        yield json_line(content)


def _target(recipe: Recipe) -> Target | None:
    """That of the preset quick."""
    return recipe.target("quick", to_plain(with_preset(recipe.settings_type, recipe.presets.get("quick", {}))))


def _last_result(recipe: Recipe, root: Path) -> dict[str, Any]:
    """Of the newest run that came to an end; a damaged file is said to be one."""
    ended = sorted((root / recipe.name).glob("*/result.json"), key=lambda path: path.parent.name)
    if not ended:
        return {"state": "-"}
    try:
        result = read_json(ended[-1])
        target, told = result["target"], {"folder": str(ended[-1].parent), "metrics": result["metrics"]}
        state = "ended" if target is None else "pass" if result["passed"] else "MISS"
        return {"state": state, **told}
    except (OSError, ValueError, KeyError, TypeError):
        return {"state": f"damaged: {ended[-1]}"}
