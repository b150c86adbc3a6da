"""``deepdive predict``: predictions of a trained network for files or texts."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from deepdive.commands.terminal.memory import within_memory
from deepdive.commands.terminal.saying import message_of, say
from deepdive.recipes.ranges import Checked
from deepdive.recipes.ranges.flags import parse

if TYPE_CHECKING:
    from deepdive.recipes.predictions import AnyPrediction


@dataclass(frozen=True)
class _Options(Checked):
    group = "predict"

    folder: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """The run folder."""
    inputs: Annotated[
        tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="FILE [FILE ...]", help_behavior_hint="(required)")
    ]
    """Files or folders; for a recipe of texts a text, or a file with one per line."""
    json: bool = False
    """One JSON object per line: for each image, text or series, and for each row of a table; see --schema."""
    schema: bool = False
    """Print the JSON Schema of these objects, for which no run is needed, and end."""
    output: Path | None = None
    """Write the predictions to this new CSV file instead."""
    force: bool = False
    """Replace a file that exists: that of --output, and of --image where the recipe draws one."""
    device: str = "auto"
    """auto, cpu, cuda, cuda:1, mps."""


def main(arguments: list[str]) -> int:
    """Predict."""
    if "--schema" in arguments and not {"-h", "--help"} & {*arguments}:
        from deepdive.recipes.predictions import schema

        sys.stdout.write(schema())
        return 0
    words = [each for each in arguments if not each.startswith("-")]
    folder = next((each for each in words if (Path(each) / "run.json").exists()), next(iter(words), None))
    of_recipe, takes = Checked, ""
    if folder is not None:
        from deepdive.recipes.running import runner

        of_recipe, takes = runner.prediction_options(Path(folder), leave_out={"force"})
    inputs = f"This run takes {takes}." if takes else "predict RUN --help also shows what the recipe takes."
    options, chosen = parse(
        _Options,
        of_recipe,
        arguments=["--help"] if {"-h", "--help"} & {*arguments} else arguments,  # else what stands before is left out
        prog="deepdive predict",
        description=f"Predict with the trained model of a run. {inputs}",
    )
    own = asdict(chosen)
    image = own["image"] if isinstance(own.get("image"), Path) else None
    if not options.inputs:
        raise ValueError("no files are given, and no texts; name at least one after the run folder")
    if options.json and options.output:
        raise ValueError(f"json and output {options.output} are both given; output is a CSV file")
    from deepdive.commands.terminal.outputs import check_outputs
    from deepdive.recipes.running import runner
    from deepdive.training import Run

    if options.output or image:
        check_outputs(
            output=options.output,
            image=image,
            inputs=options.inputs,
            run=Run.open(options.folder),
            force=options.force,
        )
    if image:
        own["force"] = options.force
    problems: list[str] = []

    def failed(name: str, error: Exception) -> None:
        said = message_of(error)
        problems.append(said if name and name in said else f"{name!r}: {said}")

    with within_memory():
        predictions = runner.predict(options.folder, options.inputs, device=options.device, failed=failed, **own)
    if options.json:
        _print_json(predictions)
    elif options.output and predictions:
        _write(predictions, options.output, force=options.force)
    else:
        _print(predictions, several=len(predictions) + len(problems) > 1)
    for problem in problems:
        say(f"deepdive: {problem}", error=True)
    return 2 if problems else 0


def _print_json(predictions: "Sequence[AnyPrediction]") -> None:
    from deepdive.recipes.predictions import json_lines

    for line in json_lines(predictions):
        sys.stdout.write(f"{line}\n")


def _write(predictions: "Sequence[AnyPrediction]", output: Path, *, force: bool) -> None:
    from deepdive.files import write_atomically
    from deepdive.recipes.predictions import predictions_csv

    write_atomically(output, predictions_csv(predictions), replace=force)
    for prediction in predictions:
        for note in prediction.notes:
            say(f"note: {prediction.given}: {note}", error=True)
    say(str(output))


def _print(predictions: "Sequence[AnyPrediction]", *, several: bool) -> None:
    """Notes on a table go to standard error: what is printed of it is a CSV file, of several each under its name."""
    from deepdive.recipes.predictions import TablePrediction

    for prediction in predictions:
        table = isinstance(prediction, TablePrediction)
        if table and several:
            say(f"{prediction.given}:")
        for line in prediction.lines():
            say(line)
        name = f"{prediction.given}: " if several else ""
        for note in prediction.notes:
            say(f"note: {name}{note}" if table else f"  {note}", error=table)
