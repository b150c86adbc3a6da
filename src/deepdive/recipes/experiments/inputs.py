"""What a run holds: the data that it began with, the weights that it has learnt, the texts that it is asked about."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from torch import Tensor

from deepdive.data.sequences import Ragged
from deepdive.data.text import read_text
from deepdive.recipes.experiments.metadata import from_plain
from deepdive.training import CheckpointError, FolderCheckpoints, Run, RunError

T = TypeVar("T")


def keep_inputs(run: Run, inputs: Mapping[str, Any], *, what: str, resume: bool) -> None:
    """Write ``inputs.json``: what later commands must know of the data, and a checksum of it.

    Raises:
        RunError: on a resume, where they are not those that the run began with; ``what`` says whose.
    """
    plain = json.loads(json.dumps(dict(inputs)))  # as they are read again: tuples as lists
    if not (resume and (run.folder / "inputs.json").exists()):
        run.write_json("inputs.json", plain)
    elif run.read_json("inputs.json") != plain:
        raise RunError(f"{what} changed since {run.folder} began; start a new run")


def measured(run: Run, name: str, make: Callable[[], Any], *, resume: bool) -> Any:
    """What ``make`` finds, kept as JSON in ``measured/<name>.json``: a resumed run reads it there.

    Raises:
        RunError: the file is damaged.
    """
    place = f"measured/{name}.json"
    if resume and (run.folder / place).is_file():
        return run.read_json(place)
    found = make()
    (run.folder / "measured").mkdir(exist_ok=True)
    run.write_json(place, found)
    return found


def read_inputs(run: Run, parse: Callable[[Any], T]) -> T:
    """What ``parse`` makes of ``inputs.json``.

    Raises:
        RunError: the file is missing or damaged.
    """
    content = run.read_json("inputs.json")
    try:
        return parse(content)
    except KeyError as error:
        raise RunError(f"{run.folder / 'inputs.json'} is damaged: it lacks {error}") from error
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise RunError(f"{run.folder / 'inputs.json'} is damaged: {error}") from error


def read_metadata(run: Run, kind: type[T]) -> T:
    """The metadata of a run.

    Raises:
        RunError: ``inputs.json`` is missing or damaged.
    """
    return read_inputs(run, lambda content: from_plain(kind, content["metadata"]))


def trained_weights(run: Run, checkpoints: FolderCheckpoints | None = None) -> dict[str, Any]:
    """The state dict of the best weights, or of the last ones while there are no best.

    They are those of the run, or those in the ``checkpoints`` of one of its training runs.
    """
    checkpoints = checkpoints or run.checkpoints
    content = checkpoints.load("best" if checkpoints.has("best") else "last")
    if "model" not in content:
        raise CheckpointError(f"the checkpoints of {run.folder} hold no model")
    return content["model"]


def checksum(tensors: Iterable[Tensor | Ragged]) -> str:
    """SHA-256 of the numbers in tensors."""
    digest = hashlib.sha256()
    for each in tensors:
        for tensor in (each.values, each.offsets) if isinstance(each, Ragged) else (each,):
            digest.update(tensor.contiguous().cpu().numpy().data)
    return digest.hexdigest()


def texts_in(inputs: Sequence[Path | str], texts_of: Callable[[Path], Sequence[str]] | None = None) -> list[str]:
    """The texts themselves; the path of a file stands for what ``texts_of`` finds in it, or for its `lines_of`.

    Raises:
        ValueError: a text is empty, a file is no text, or a path is that of a folder.
    """
    found: list[str] = []
    for each in inputs:
        if not str(each).strip():
            raise ValueError("a text is empty; there must be at least one character that is no space")
        if _is(each, Path.is_dir):
            words = f"inputs must be texts or files, got the folder {each}; name the files in it"
            raise ValueError(words if os.sep in str(each) else f"{words}, or put a text that is called so into a file")
        if _is(each, Path.is_file):
            found += (texts_of or lines_of)(Path(each))
        else:
            found.append(str(each))
    return found


def lines_of(path: Path) -> list[str]:
    """The lines of a text file, empty ones left out.

    Raises:
        ValueError: it is no text.
    """
    return [line for line in read_text(path).split("\n") if line.strip()]


def _is(text: Path | str, kind: Callable[[Path], bool]) -> bool:
    try:
        return kind(Path(text))
    except (OSError, ValueError):  # longer than any file name, or with a character that none may have
        return False
