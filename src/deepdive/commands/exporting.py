"""``deepdive export``: the trained weights of a run as a file for other programs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from deepdive.commands.terminal.memory import within_memory
from deepdive.commands.terminal.saying import say
from deepdive.recipes.ranges import Checked
from deepdive.recipes.ranges.flags import parse_one
from deepdive.recipes.running.formats import FormatName


@dataclass(frozen=True)
class _Options(Checked):
    group = "export"

    folder: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """The run folder."""
    format: FormatName = "safetensors"
    """The kind of file; safetensors: tensors by the names of the network's parameters, and what surrounds them as JSON
    in the metadata of the file."""
    output: Path | None = None
    """The new file; RECIPE-RUN.safetensors in the folder where you are if not given."""
    force: bool = False
    """Replace a file that exists."""


def main(arguments: list[str]) -> int:
    """Export."""
    options = parse_one(
        _Options,
        arguments=arguments,
        prog="deepdive export",
        description="Write the trained weights of a run into one file that other programs read.",
    )
    from deepdive.commands.terminal.outputs import check_outputs
    from deepdive.recipes.running.exporting import default_output, export, loading_lines
    from deepdive.recipes.running.loading import load
    from deepdive.training import Run

    run = Run.open(options.folder)
    output = options.output or default_output(run, options.format)
    check_outputs(output=output, image=None, inputs=(), run=run, force=options.force)
    with within_memory():
        model = load(options.folder, device="cpu")
        export(model, output, options.format, replace=options.force)
    say(str(output.absolute()))
    say("")
    for line in loading_lines(model, output):
        say(line)
    return 0
