"""The command line: finds the command, hands over the rest of the line, turns errors into one line and a status."""

import importlib
import os
import sys
from collections.abc import Sequence

COMMANDS = {
    "list": ("what can be run, by chapter, with target and last result", "listing"),
    "run": ("run a recipe: deepdive run lenet", "running"),
    "resume": ("go on with an interrupted run", "resuming"),
    "predict": ("apply a trained run to new files", "predicting"),
    "prove": ("compare every from-scratch part with its library twin", "proving"),
    "data": ("data sets: list them, or get one", "datasets"),
    "doctor": ("what this machine has, what is missing, and the command that mends it", "doctor"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0: done, target reached. 1: target missed, a proof failed, or the run diverged. 2: a mistake in what was asked.
    128 + n: ended by signal n. Set ``DEEPDIVE_TRACEBACK=1`` to see where an error came from.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help", "help"):
        _say(_overview())
        return 0
    if words[0] == "--version":
        from deepdive import __version__

        _say(f"deepdive {__version__}")
        return 0
    name, *rest = words
    if name not in COMMANDS:
        return _mistake(f"there is no command {name!r}{_suggestion(name)}; see deepdive --help")
    try:
        return importlib.import_module(f"deepdive.commands.{COMMANDS[name][1]}").main(rest)
    except (ValueError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            return _pipe_closed()
        if os.environ.get("DEEPDIVE_TRACEBACK"):
            raise
        return _mistake(_message(error))
    except KeyboardInterrupt:
        _say("interrupted", sys.stderr)
        return 130


def _overview() -> str:
    lines = [f"  {name:<8} {text}" for name, (text, _) in COMMANDS.items()]
    return "\n".join(
        [
            "usage: deepdive COMMAND [OPTIONS]",
            "",
            "Every idea of the deep-learning curriculum, twice: once to read, once to run. Proven equal.",
            "",
            *lines,
            "",
            "deepdive COMMAND --help tells the options of a command; start with: deepdive run lenet",
        ]
    )


def _suggestion(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, COMMANDS, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _message(error: ValueError | OSError) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__


def _mistake(message: str) -> int:
    _say(f"deepdive: {message}", sys.stderr)
    return 2


def _pipe_closed() -> int:
    """Whoever read our output has gone (``deepdive list | head``): nothing to complain about."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _say(text: str, stream=None) -> None:
    (stream or sys.stdout).write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
