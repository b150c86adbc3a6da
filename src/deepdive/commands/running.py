"""``deepdive run``: settings from a preset and flags, then a verdict."""

import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from deepdive.names import suggestion
from deepdive.recipes import load_recipe, recipes
from deepdive.recipes.ranges import Checked
from deepdive.recipes.ranges.flags import parse
from deepdive.recipes.settings import with_preset


@dataclass(frozen=True)
class Options(Checked):
    """How to run."""

    group = "run"

    preset: str = "quick"
    """smoke: seconds, to see that it works; quick: minutes, to the target; book: the configuration of D2L; a recipe
    may have others, for other data."""
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
        names = ", ".join(recipes())
        (sys.stdout if asked else sys.stderr).write(
            "usage: deepdive run RECIPE [OPTIONS]\n"
            "       deepdive run FILE.py [OPTIONS]     a recipe of your own, see CONTRIBUTING\n"
            f"\nrecipes: {names}\n"
            "deepdive list tells more of them, deepdive run RECIPE --help the settings of one.\n"
        )
        return 0 if asked else 2
    name, *flags = arguments  # the name of a recipe, or a Python file with one
    recipe = load_recipe(name)
    preset = _preset(flags)
    if preset not in recipe.presets:
        raise ValueError(f"recipe {name!r} has no preset {preset!r}{suggestion(preset, recipe.presets)}")
    defaults = with_preset(recipe.settings_type, recipe.presets[preset])
    settings, options = parse(
        defaults, Options(preset), arguments=flags, prog=f"deepdive run {name}", description=recipe.title
    )
    return run(recipe, settings, options, defaults)


def run(recipe, settings, options: Options, defaults) -> int:
    """Run, report, record."""
    from deepdive.commands.terminal.outcomes import shown
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
        )

    outcome, status = shown(work)
    if outcome is not None and options.record:
        sys.stdout.write(f"recorded in {record(outcome, settings, defaults)}\n")
    return status


def _preset(flags: list[str]) -> str:
    """The preset decides the defaults, so it is looked for before the flags are parsed; the last one counts."""
    preset = Options.preset
    for flag, value in pairwise([*flags, ""]):
        if flag == "--preset" and value:
            preset = value
        if flag.startswith("--preset="):
            preset = flag.partition("=")[2]
    return preset
