"""``deepdive compare``: several runs side by side."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from deepdive.commands.terminal.saying import say
from deepdive.json_values import json_line


@dataclass(frozen=True)
class _Options:
    runs: Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RUN RUN ...")] = ()
    """Run folders, at least two."""
    json: bool = False
    """Print one JSON object with all that is compared."""
    output: Path | None = None
    """Write a page (HTML) with tables and the curves of all runs to this new file instead."""
    force: bool = False
    """Replace a file that exists."""


def main(arguments: list[str]) -> int:
    """Compare."""
    options = tyro.cli(
        _Options,
        args=arguments,
        prog="deepdive compare",
        description="Compare runs: settings that differ, metrics beside baselines, time, curves.",
        config=(tyro.conf.FlagCreatePairsOff,),
    )
    if len(options.runs) < 2:
        raise ValueError(f"runs must be at least two run folders, got {len(options.runs)}")
    if options.json and options.output:
        raise ValueError(f"json and output {options.output} are both given; output is a page")
    from deepdive.recipes.comparing import compare, comparison_page, comparison_text

    comparison = compare(options.runs)
    if options.output is not None:
        _check(options.output, options.runs, force=options.force)
        from deepdive.files import write_atomically

        write_atomically(options.output, comparison_page(comparison), replace=options.force)
        for note in comparison.notes:
            say(f"note: {note}", error=True)
        say(str(options.output))
    elif options.json:
        say(json_line(comparison.to_json()))
    else:
        say(comparison_text(comparison))
    return 0


def _check(output: Path, folders: tuple[Path, ...], *, force: bool) -> None:
    """Where the page may go: where those of predictions may, too."""
    from deepdive.commands.terminal.outputs import check_outputs
    from deepdive.training import Run, RunError

    for folder in folders:
        try:
            run = Run.open(folder)
        except RunError:  # a damaged one is compared as what it is
            continue
        check_outputs(output=output, image=None, inputs=(), run=run, force=force)
