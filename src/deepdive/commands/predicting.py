"""``deepdive predict``: labels and probabilities for files."""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro


@dataclass(frozen=True)
class _Options:
    folder: Annotated[Path, tyro.conf.Positional]
    """The run folder."""
    files: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """What to predict."""
    json: bool = False
    """One JSON object per file and line."""
    device: str = "auto"
    """auto, cpu, cuda, cuda:1, mps."""
    invert: Literal["auto", "yes", "no"] = "auto"
    """Swap light and dark in pictures; auto: if the background is not like that of the training pictures."""


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
    from deepdive.recipes import runner

    for prediction in runner.predict(options.folder, options.files, device=options.device, invert=options.invert):
        if options.json:
            sys.stdout.write(json.dumps(asdict(prediction) | {"file": str(prediction.file)}) + "\n")
            continue
        others = ", ".join(f"{label} {share:.1%}" for label, share in prediction.others.items())
        sys.stdout.write(f"{prediction.file}: {prediction.label} {prediction.probability:.1%}  (then {others})\n")
        for note in prediction.notes:
            sys.stdout.write(f"  {note}\n")
    return 0
