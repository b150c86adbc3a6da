"""The command line: finds the command, hands over the rest of the line, turns errors into one line and a status."""

import gc
import importlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from deepdive.commands.terminal.saying import message_of, say
from deepdive.names import suggestion

COMMANDS = {
    "list": ("what can be run, by chapter, with target and last result", "listing"),
    "run": ("run a recipe: deepdive run lenet", "running"),
    "resume": ("go on with an interrupted run", "resuming"),
    "predict": ("predict with a trained model", "predicting"),
    "find-lr": ("suggest a learning rate for a recipe", "finding_rates"),
    "export": ("write trained weights for other programs", "exporting"),
    "compare": ("compare runs: settings, metrics, curves", "comparing"),
    "prove": ("compare the from-scratch layers with PyTorch's", "proving"),
    "data": ("data sets: list them, or get one", "datasets"),
    "doctor": ("check this machine, with a fix for each problem", "doctor"),
}


def program() -> NoReturn:
    """The program ``deepdive``: ``main`` on the words of the command line, and the end of the process."""
    with few_collections():
        sys.exit(main())


@contextmanager
def few_collections() -> Iterator[None]:
    """Look through all objects for garbage more rarely, and not at all when the block, and then the process, ends.

    The modules of torch are hundreds of thousands of objects that live to the end: looking through them again and
    again while they are imported, and once more at the exit, takes a third of the time of a short command.
    """
    gc.set_threshold(gc.get_threshold()[0], 50, 100)
    try:
        yield
    finally:
        gc.freeze()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0: done, target reached. 1: target missed, a proof failed, or the run diverged. 2: a mistake in what was asked.
    128 + n: ended by signal n. Set ``DEEPDIVE_TRACEBACK=1`` to see where an error came from.
    """
    _prepare_streams()
    # Threads that wait for each other by spinning, as GNU OpenMP's do, come to a crawl when another program is busy.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    try:
        return _dispatch(list(sys.argv[1:] if arguments is None else arguments))
    except BrokenPipeError:
        return _pipe_closed()
    except KeyboardInterrupt as interruption:
        say(message_of(interruption) if interruption.args else "interrupted", error=True)
        return 130
    except Exception as error:
        users = _is_users(error)
        place = "" if users else _in_own_file(error)
        if os.environ.get("DEEPDIVE_TRACEBACK") or not (place or users):
            raise
        return _mistake(f"{place}{message_of(error)}")


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        say(_overview())
        return 0
    if words[0] == "--version":
        from deepdive import __version__

        say(f"deepdive {__version__}")
        return 0
    name, *rest = words
    if name not in COMMANDS:
        return _mistake(f"there is no command {name!r}{suggestion(name, COMMANDS)}; see deepdive --help")
    return importlib.import_module(f"deepdive.commands.{COMMANDS[name][1]}").main(rest)


def _is_users(error: Exception) -> bool:
    """Whether an error is about what was asked for or this machine: a fault of ours needs its traceback."""
    if isinstance(error, ValueError | OSError | ImportError | MemoryError):
        return True
    no_memory = ("out of memory", "not enough memory", "can't allocate memory")
    return isinstance(error, RuntimeError) and any(words in str(error) for words in no_memory)


def _in_own_file(error: Exception) -> str:
    """Where in a recipe file of the user's an error comes from: that is no fault of ours."""
    loading = sys.modules.get("deepdive.recipes.loading")
    place = loading.where_in_own_file(error) if loading is not None else ""
    return f"{place}: {type(error).__name__}: " if place else ""


def _prepare_streams() -> None:
    """Output that is closed goes nowhere, and a character that a terminal does not know becomes a question mark."""
    sys.stdout = sys.stdout or open(os.devnull, "w")
    sys.stderr = sys.stderr or open(os.devnull, "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _overview() -> str:
    lines = [f"  {name:<8} {text}" for name, (text, _) in COMMANDS.items()]
    return "\n".join(
        [
            "usage: deepdive COMMAND [OPTIONS]",
            "",
            "Every idea of the deep-learning curriculum, twice:",
            "once to read, once to run. Proven equal.",
            "",
            *lines,
            "",
            "deepdive COMMAND --help tells its options; start with: deepdive run lenet",
        ]
    )


def _mistake(message: str) -> int:
    say(f"deepdive: {message}", error=True)
    return 2


def _pipe_closed() -> int:
    """Whoever read our output has gone (``deepdive list | head``): nothing to complain about."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    program()
