"""What a run holds: the data that it began with, and the weights that it has learnt."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from torch import Tensor, nn

from deepdive.data.sequences import Ragged
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


def fill(network: nn.Module, state: Mapping[str, Any], run: Run) -> nn.Module:
    """The network with trained weights in it, in evaluation mode.

    Raises:
        CheckpointError: they are those of another network; the message has the first differences.
    """
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        why = "; ".join(" ".join(line.split()) for line in str(error).split("\n")[1:3])
        raise CheckpointError(f"the checkpoints of {run.folder} fit no network of its settings: {why}") from error
    return network.eval()


def checksum(tensors: Iterable[Tensor | Ragged]) -> str:
    """SHA-256 of the numbers in tensors."""
    digest = hashlib.sha256()
    for each in tensors:
        for tensor in (each.values, each.offsets) if isinstance(each, Ragged) else (each,):
            digest.update(tensor.contiguous().cpu().numpy().data)
    return digest.hexdigest()
