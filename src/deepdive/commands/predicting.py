"""``deepdive predict``: what a trained network says of files."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

if TYPE_CHECKING:
    from deepdive.recipes.experiment import FilePrediction


@dataclass(frozen=True)
class _Options:
    folder: Annotated[Path, tyro.conf.Positional]
    """The run folder."""
    files: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """What to predict."""
    json: bool = False
    """One JSON object per line: for each file, or for each row of a table."""
    output: Path | None = None
    """Write the predictions to this CSV file instead."""
    device: str = "auto"
    """auto, cpu, cuda, cuda:1, mps."""
    invert: Literal["auto", "yes", "no"] | None = None
    """Swap light and dark in pictures; auto, the default: if the background is unlike the training pictures'."""


def main(arguments: list[str]) -> int:
    """Predict."""
    options = tyro.cli(
        _Options,
        args=arguments,
        prog="deepdive predict",
        description="Apply a trained run to new files.",
        config=(tyro.conf.FlagCreatePairsOff,),
    )
    if not options.files:
        raise ValueError("no files are given; name at least one after the run folder")
    if options.json and options.output:
        raise ValueError(f"json and output {options.output} are both given; output is a CSV file")
    if options.output and not options.output.absolute().parent.is_dir():
        raise FileNotFoundError(f"output is {options.output}, but there is no folder {options.output.parent}")
    from deepdive.recipes import runner

    predictions = runner.predict(options.folder, options.files, device=options.device, invert=options.invert)
    if options.json:
        _print_json(predictions)
    elif options.output:
        _write(predictions, options.output)
    else:
        _print(predictions)
    return 0


def _print_json(predictions: "Sequence[FilePrediction]") -> None:
    for prediction in predictions:
        for content in prediction.objects():
            sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")


def _write(predictions: "Sequence[FilePrediction]", output: Path) -> None:
    from deepdive.files import write_atomically
    from deepdive.recipes.predictions import predictions_csv

    write_atomically(output, predictions_csv(predictions))
    for prediction in predictions:
        for note in prediction.notes:
            sys.stderr.write(f"note: {prediction.file}: {note}\n")
    sys.stdout.write(f"{output}\n")


def _print(predictions: "Sequence[FilePrediction]") -> None:
    """Notes on a table go to standard error: what is printed of it is a CSV file."""
    from deepdive.recipes.predictions import TablePrediction

    for prediction in predictions:
        for line in prediction.lines():
            sys.stdout.write(f"{line}\n")
        table = isinstance(prediction, TablePrediction)
        for note in prediction.notes:
            (sys.stderr if table else sys.stdout).write(f"note: {note}\n" if table else f"  {note}\n")
