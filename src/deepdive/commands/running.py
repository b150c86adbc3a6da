"""``deepdive run``: settings from a preset and flags, then a verdict."""

import sys
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deepdive.names import suggestion
from deepdive.recipes import load_recipe, recipes
from deepdive.recipes.optimization import with_usual
from deepdive.recipes.ranges import Checked
from deepdive.recipes.ranges.flags import left_open, parse
from deepdive.recipes.ranges.typed import typed_value
from deepdive.recipes.registry import Recipe
from deepdive.recipes.settings import with_preset


@dataclass(frozen=True)
class Options(Checked):
    """How to run."""

    group = "run"

    preset: str = "quick"
    """Named set of defaults."""
    runs: Path = Path("runs")
    """Where run folders are made."""
    record: bool = False
    """Also write the result to results/<recipe>.json."""
    quiet: bool = False
    """No progress, only the verdict."""
    tensorboard: bool = False
    """Also write TensorBoard event files into the run folder."""


def main(arguments: list[str]) -> int:
    """Run one recipe."""
    if not arguments or arguments[0].startswith("-"):
        asked = bool(arguments) and arguments[0] in ("-h", "--help")
        names = textwrap.fill(", ".join(recipes()), 80, initial_indent="recipes: ", break_on_hyphens=False)
        (sys.stdout if asked else sys.stderr).write(
            "usage: deepdive run RECIPE [OPTIONS]\n"
            "       deepdive run FILE.py [OPTIONS]     a recipe of your own, see CONTRIBUTING\n"
            f"\n{names}\n"
            "deepdive list tells more of them, deepdive run RECIPE --help their settings.\n"
        )
        return 0 if asked else 2
    name, *flags = arguments  # the name of a recipe, or a Python file with one
    recipe = load_recipe(name)
    preset, defaults = preset_of(recipe, name, flags)
    chosen = _options_of(recipe)(preset)
    offered = with_usual(defaults, flags)
    settings, options = parse(offered, chosen, arguments=flags, prog=f"deepdive run {name}", description=recipe.title)
    return run(recipe, settings, options, defaults, left_open(defaults, flags))


def run(recipe, settings, options: Options, defaults, unchosen: Collection[str] = ()) -> int:
    """Run, report, record."""
    from deepdive.commands.terminal.outcomes import shown
    from deepdive.commands.terminal.saying import say
    from deepdive.recipes.results import record
    from deepdive.recipes.running import runner

    def work() -> runner.Outcome:
        return runner.start(
            recipe,
            settings,
            preset=options.preset,
            root=options.runs,
            console=not options.quiet,
            tensorboard=options.tensorboard,
            left_open=unchosen,
        )

    outcome, status = shown(work)
    if outcome is not None and options.record:
        say(f"recorded in {record(outcome, settings, defaults)}")
    return status


_PRESETS = {
    "smoke": "seconds, to see that it works",
    "quick": "minutes, to the target",
    "book": "the configuration of D2L",
}


def _options_of(recipe: Recipe) -> type[Options]:
    """With a help text that names the presets of this recipe."""
    named = "; ".join(f"{name} ({_PRESETS[name]})" if name in _PRESETS else name for name in recipe.presets)

    @dataclass(frozen=True)
    class OfRecipe(Options):
        preset: str = field(default=Options.preset, metadata={"help": f"Named set of defaults: {named}."})

    return OfRecipe


def preset_of(recipe: Recipe, name: str, flags: Sequence[str]) -> tuple[str, Any]:
    """The preset that the flags name, and its settings, which are the defaults of the other flags.

    Raises:
        ValueError: the recipe, under the name that it was asked for by, has no such preset.
    """
    typed = typed_value("--preset", flags)
    preset = Options.preset if typed is None else typed
    if preset not in recipe.presets:
        raise ValueError(f"recipe {name!r} has no preset {preset!r}{suggestion(preset, recipe.presets)}")
    return preset, with_preset(recipe.settings_type, recipe.presets[preset])
