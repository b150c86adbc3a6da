"""How the end of a run is told: one line, and a status a script can act on."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from deepdive.commands.terminal.memory import within_memory
from deepdive.commands.terminal.saying import say
from deepdive.training import DivergedError, TrainingInterrupted

if TYPE_CHECKING:
    from deepdive.recipes.running.outcome import Outcome


def shown(work: "Callable[[], Outcome]") -> "tuple[Outcome | None, int]":
    """Run ``work`` and say how it ended: the outcome, if it came to one, and the exit status."""
    try:
        with within_memory():
            outcome = work()
    except TrainingInterrupted as interruption:
        say(str(interruption), error=True)
        return None, 128 + interruption.signal
    except DivergedError as error:
        say(f"deepdive: {error}", error=True)
        return None, 1
    if not outcome.problem:
        say(f"report: {outcome.run.folder / 'report.html'}")
    say(f"{outcome.verdict}  {outcome.run.folder}")
    return outcome, 0 if outcome.passed and not outcome.problem else 1
