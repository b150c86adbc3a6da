"""``deepdive list``: every recipe with its target and last result. Free of torch."""

from dataclasses import dataclass
from pathlib import Path

import tyro

from deepdive.commands.saying import plain_console
from deepdive.files import read_json
from deepdive.recipes import Recipe, Target, recipes
from deepdive.recipes.settings import to_plain, with_preset


@dataclass(frozen=True)
class _Options:
    runs: Path = Path("runs")
    """Where run folders are."""


def main(arguments: list[str]) -> int:
    """List the recipes."""
    options = tyro.cli(_Options, args=arguments, prog="deepdive list", description="What can be run.")
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("section", "recipe", "what", "target (quick)", "last result"):
        table.add_column(column, no_wrap=column == "recipe")
    for info in recipes().values():
        target = _target(info)
        table.add_row(info.place, info.name, info.title, str(target or "none"), _last_result(info, options.runs))
    plain_console().print(table)
    return 0


def _target(recipe: Recipe) -> Target | None:
    """That of the preset quick."""
    return recipe.target("quick", to_plain(with_preset(recipe.settings_type, recipe.presets["quick"])))


def _last_result(info: Recipe, root: Path) -> str:
    """Of the newest run that came to an end; a damaged file is said to be one."""
    ended = sorted((root / info.name).glob("*/result.json"), key=lambda path: path.parent.name)
    if not ended:
        return "never run"
    try:
        result = read_json(ended[-1])
        target = result["target"]
        if target is None:
            return "finished"
        word = "pass" if result["passed"] else "MISS"
        return f"{result['metrics'][target['metric']]:.4f} {word}"
    except (OSError, ValueError, KeyError, TypeError):
        return f"damaged: {ended[-1]}"
