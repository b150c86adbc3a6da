"""The weights that a run has learnt."""

from typing import Any

from deepdive.training import CheckpointError, FolderCheckpoints, Run


def trained_weights(run: Run, checkpoints: FolderCheckpoints | None = None) -> dict[str, Any]:
    """The state dict of the best weights, or of the last ones while there are no best.

    They are those of the run, or those in the ``checkpoints`` of one of its training runs.
    """
    checkpoints = checkpoints or run.checkpoints
    content = checkpoints.load("best" if checkpoints.has("best") else "last")
    if "model" not in content:
        raise CheckpointError(f"the checkpoints of {run.folder} hold no model")
    return content["model"]
