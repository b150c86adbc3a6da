"""``deepdive predict``: what a trained network says of files or texts."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from deepdive.commands.memory import within_memory
from deepdive.commands.saying import say
from deepdive.recipes.ranges import Checked
from deepdive.recipes.ranges.flags import parse
from deepdive.recipes.ranges.types import Count, Few, Length, Magnitude, PositiveFraction, Seed, Temperature

if TYPE_CHECKING:
    from deepdive.recipes.experiment import AnyPrediction


@dataclass(frozen=True)
class _RecipeOptions(Checked):
    """What only some recipes know; by default each decides for itself."""

    invert: Literal["auto", "yes", "no"] | None = None
    """Pictures: swap light and dark; auto, the default: if the background is unlike the training pictures'."""
    length: Length | None = None
    """Texts that are continued: tokens to add. Series: values to add."""
    time: str | None = None
    """Series: the column that tells the time of a row; by default as in training."""
    gaps: Literal["refuse", "interpolate"] | None = None
    """Series: what becomes of rows without a value; by default as in training."""
    order: Literal["refuse", "sort", "keep"] | None = None
    """Series: what becomes of rows that do not run from old to new; by default as in training."""
    temperature: Temperature | None = None
    """Texts that are continued: above 1 bolder, towards 0 the likeliest token."""
    top_k: Count | None = None
    """Texts that are continued: choose among so many likeliest tokens."""
    top_p: PositiveFraction | None = None
    """Texts that are continued: choose among the fewest tokens that have this probability together."""
    samples: Few | None = None
    """Texts that are continued: how many times."""
    seed: Seed | None = None
    """Texts that are continued: of the choices."""
    suggestions: Few | None = None
    """Next words: how many to suggest."""
    beams: Few | None = None
    """Translation: hypotheses kept at each step; 1 takes the likeliest token."""
    length_penalty: Magnitude | None = None
    """Translation: 0 for none, more for longer sentences."""
    n_best: Few | None = None
    """Translation: how many to show."""
    picture: Path | None = None
    """Translation: draw into this new file, .png or .svg, where the network looks while it writes."""


@dataclass(frozen=True)
class _Options(Checked):
    folder: Annotated[Path, tyro.conf.Positional]
    """The run folder."""
    inputs: Annotated[tuple[str, ...], tyro.conf.Positional]
    """Files; for a recipe of texts a text, or a file with one per line."""
    json: bool = False
    """One JSON object per line: for each input, or for each row of a table."""
    output: Path | None = None
    """Write the predictions to this new CSV file instead."""
    force: bool = False
    """Replace the file of --output, and that of --picture, if it exists."""
    device: str = "auto"
    """auto, cpu, cuda, cuda:1, mps."""


def main(arguments: list[str]) -> int:
    """Predict."""
    options, of_recipe = parse(
        _Options,
        _RecipeOptions,
        arguments=arguments,
        prog="deepdive predict",
        description="Apply a trained run to new files or texts.",
    )
    if not options.inputs:
        raise ValueError("no files are given, and no texts; name at least one after the run folder")
    if options.json and options.output:
        raise ValueError(f"json and output {options.output} are both given; output is a CSV file")
    from deepdive.commands.outputs import check_outputs
    from deepdive.recipes import runner
    from deepdive.training import Run

    run, chosen = Run.open(options.folder), asdict(of_recipe)
    if options.output or of_recipe.picture:
        check_outputs(
            output=options.output,
            picture=of_recipe.picture,
            inputs=options.inputs,
            run=run,
            force=options.force,
        )
    if of_recipe.picture:
        chosen["force"] = options.force
    with within_memory():
        predictions = runner.predict(options.folder, options.inputs, device=options.device, **chosen)
    if options.json:
        _print_json(predictions)
    elif options.output:
        _write(predictions, options.output, force=options.force)
    else:
        _print(predictions)
    return 0


def _print_json(predictions: "Sequence[AnyPrediction]") -> None:
    for prediction in predictions:
        for content in prediction.objects():
            sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")


def _write(predictions: "Sequence[AnyPrediction]", output: Path, *, force: bool) -> None:
    from deepdive.files import write_atomically
    from deepdive.recipes.predictions import predictions_csv

    write_atomically(output, predictions_csv(predictions), replace=force)
    for prediction in predictions:
        for note in prediction.notes:
            say(f"note: {prediction.given}: {note}", error=True)
    say(str(output))


def _print(predictions: "Sequence[AnyPrediction]") -> None:
    """Notes on a table go to standard error: what is printed of it is a CSV file."""
    from deepdive.recipes.predictions import TablePrediction

    for prediction in predictions:
        for line in prediction.lines():
            say(line)
        table = isinstance(prediction, TablePrediction)
        for note in prediction.notes:
            say(f"note: {note}" if table else f"  {note}", error=table)
