"""``deepdive resume``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro


@dataclass(frozen=True)
class _Options:
    folder: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """The run folder."""
    device: str | None = None
    """Go on with another device; the one of the run if not given."""
    quiet: bool = False
    """No progress, only the verdict."""
    tensorboard: bool = False
    """Also write TensorBoard event files into the run folder."""


def main(arguments: list[str]) -> int:
    """Go on with a run."""
    options = tyro.cli(
        _Options,
        args=arguments,
        prog="deepdive resume",
        description="Go on with an interrupted or killed run: bit for bit what it would have been.",
        config=(tyro.conf.FlagCreatePairsOff,),
    )
    from deepdive.commands.terminal.outcomes import shown
    from deepdive.recipes.running import runner

    _, status = shown(
        lambda: runner.resume(
            options.folder, device=options.device, console=not options.quiet, tensorboard=options.tensorboard
        )
    )
    return status
