"""How the end of a run is told: one line, and a status a script can act on."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from deepdive.commands.memory import within_memory
from deepdive.training import DivergedError, TrainingInterrupted

if TYPE_CHECKING:
    from deepdive.recipes.runner import Outcome


def shown(work: "Callable[[], Outcome]") -> "tuple[Outcome | None, int]":
    """Run ``work`` and say how it ended: the outcome, if it came to one, and the exit status."""
    try:
        with within_memory():
            outcome = work()
    except TrainingInterrupted as interruption:
        sys.stderr.write(f"{interruption}\n")
        return None, 128 + interruption.signal
    except DivergedError as error:
        sys.stderr.write(f"deepdive: {error}\n")
        return None, 1
    sys.stdout.write(f"report: {outcome.run.folder / 'report.html'}\n{outcome.verdict}  {outcome.run.folder}\n")
    return outcome, 0 if outcome.passed else 1
