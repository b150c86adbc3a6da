"""``deepdive find-lr``: a learning-rate range test with a recipe's own settings."""

import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from deepdive.commands.running import preset_of
from deepdive.recipes import load_recipe
from deepdive.recipes.optimization import with_usual
from deepdive.recipes.ranges import Checked
from deepdive.recipes.ranges.flags import left_open, parse
from deepdive.recipes.ranges.types import LearningRate
from deepdive.recipes.registry import Recipe

TestSteps = Annotated[int, Meta(ge=20, le=100_000)]
LowestRate = Annotated[float, Meta(ge=1e-30, le=1000)]
"""Bounded by what still moves weights in single precision."""
_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 60


@dataclass(frozen=True)
class Options(Checked):
    """How to look for the rate."""

    group = "range test"

    preset: str = "quick"
    """Named set of defaults."""
    lowest_lr: LowestRate = 1e-5
    """Learning rate of the first step."""
    highest_lr: LearningRate = 10.0
    """Learning rate of the last step, if the loss does not diverge before."""
    test_steps: TestSteps = 150
    """Steps of the test."""
    output: Path | None = None
    """Write the curve to this new file: SVG or PNG."""
    force: bool = False
    """Replace a file that exists."""


def main(arguments: list[str]) -> int:
    """Suggest a learning rate."""
    if not arguments or arguments[0].startswith("-"):
        asked = bool(arguments) and arguments[0] in ("-h", "--help")
        (sys.stdout if asked else sys.stderr).write(
            "usage: deepdive find-lr RECIPE [OPTIONS]\n\n"
            "Trains for a few steps while the learning rate grows, and suggests one for --optimizer.lr.\n"
            "deepdive find-lr RECIPE --help tells the settings of a recipe, which it takes as deepdive run does.\n"
        )
        return 0 if asked else 2
    name, *flags = arguments
    recipe = load_recipe(name)
    preset, stated = preset_of(recipe, name, flags)
    defaults = with_usual(stated, flags)
    settings, options = parse(
        defaults, Options(preset), arguments=flags, prog=f"deepdive find-lr {name}", description=recipe.title
    )
    if options.highest_lr <= options.lowest_lr:
        raise ValueError(f"--highest-lr must be above --lowest-lr={options.lowest_lr:g}, got {options.highest_lr:g}")
    if options.output is not None:
        _check(options.output, force=options.force)
    return _find(recipe, settings, options, left_open(stated, flags))


def _find(recipe: Recipe, settings: Checked, options: Options, unchosen: Collection[str]) -> int:
    from deepdive.algorithms.optimization import range_test_figure
    from deepdive.commands.terminal.saying import say
    from deepdive.figures import to_png, to_svg
    from deepdive.files import write_atomically
    from deepdive.recipes.running.rate_finding import find_rate

    test = find_rate(
        recipe,
        settings,
        preset=options.preset,
        left_open=unchosen,
        lowest=options.lowest_lr,
        highest=options.highest_lr,
        steps=options.test_steps,
    )
    losses = f"loss {test.curve[0]:.4g} … {min(test.curve):.4g}"
    say(f"{_line(test.curve)}  {losses}, learning rate {test.rates[0]:.2g} … {test.rates[-1]:.2g}")
    say(f"diverges at {test.diverges_at:.2g}; suggestion: --optimizer.lr {test.suggestion:.2g}")
    if options.output is not None:
        figure = range_test_figure(test)
        content = to_png(figure) if options.output.suffix.lower() == ".png" else to_svg(figure)
        write_atomically(options.output, content, replace=options.force)
        say(str(options.output))
    return 0


def _check(output: Path, *, force: bool) -> None:
    if output.suffix.lower() not in (".svg", ".png"):
        raise ValueError(f"output must end in .svg or .png, got {output}")
    if not output.absolute().parent.is_dir():
        raise FileNotFoundError(f"output is {output}, but there is no folder {output.parent}")
    if output.exists() and not force:
        raise ValueError(f"output must be a new file, got {output}, which exists; --force replaces it")


def _line(values: list[float]) -> str:
    """A curve as one line of bars."""
    places = [values[i * len(values) // _WIDTH] for i in range(_WIDTH)] if len(values) > _WIDTH else values
    low = min(places)
    high = max(max(values[: len(values) // 2]), low + 1e-12)
    scaled = [min(1.0, max(0.0, (value - low) / (high - low))) for value in places]
    return "".join(_BARS[round(share * (len(_BARS) - 1))] for share in scaled)
