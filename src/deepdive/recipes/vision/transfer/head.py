"""A new head on fixed features, found at once: no epochs, no learning rate."""

from collections.abc import Mapping

import msgspec
import torch
from torch import Tensor

from deepdive.algorithms.regression import fit_softmax_regression, telling_outputs
from deepdive.data.rows import RowsDataModule
from deepdive.data.types import Batch
from deepdive.recipes.experiments.sequential_runs import checkpoints_of
from deepdive.recipes.vision.transfer.features import TEST_BATCH, FromGroup
from deepdive.training import Classification, Run, RunError, evaluate

_PLACE = "training_runs/features.json"


def kept_head(run: Run) -> dict[str, float] | None:
    """The metrics of a head that was found before a break; ``None`` if there is none.

    Raises:
        RunError: the file is damaged.
    """
    if not (run.folder / _PLACE).is_file():
        return None
    try:
        return msgspec.convert(run.read_json(_PLACE), dict[str, float])
    except msgspec.ValidationError as error:
        raise RunError(f"{run.folder / _PLACE} is damaged: {error}") from error


def fit_head(
    run: Run,
    network: FromGroup,
    features: Mapping[str, Batch],
    labels: tuple[str, ...],
    *,
    penalty: float,
    prior: Tensor | None,
    device: torch.device,
) -> dict[str, float]:
    """Give the network the classifier that is best for the training features, and keep it in the run folder.

    ``prior`` has the rows of the pretrained classifier. Where one of its classes predicts a new one well, as the
    hot dogs of ImageNet do others' hot dogs, its row is free of the penalty.

    Returns:
        Loss and accuracy on every part.
    """
    inputs, classes = features["train"]
    inputs, classes = inputs.to(device), classes.to(device)
    directions = None if prior is None else _directions(inputs, classes, len(labels), prior.to(device))
    weight, bias = fit_softmax_regression(inputs, classes, len(labels), penalty=penalty, directions=directions)
    task = Classification(network, optimizer=torch.optim.SGD).to(device)
    with torch.no_grad():
        head = network.head
        head.weight.copy_(weight)
        head.bias.copy_(bias)
    for metric in task.metrics.values():
        metric.to(device)
    train, val, test = features["train"], features.get("val", ()), features["test"]
    data = RowsDataModule(train, val, test, batch_size=len(classes), test_batch_size=TEST_BATCH)
    loaders = {"train": data.train_loader(), "val": data.val_loader(), "test": data.test_loader()}
    found: dict[str, float] = {}
    for part, loader in loaders.items():
        if loader is not None:
            found |= evaluate(task, loader, device, prefix=part)
    checkpoints_of(run, "features").save("last", {"model": network.state_dict()})
    run.write_json(_PLACE, found)
    return found


def _directions(inputs: Tensor, classes: Tensor, count: int, prior: Tensor) -> Tensor:
    """For each new class the row of its best-matching pretrained class, or zeros."""
    rows = prior - prior.mean(0)  # what all of them have in common tells nothing
    found = telling_outputs(inputs @ rows.T, classes, count)
    return torch.stack([rows.new_zeros(rows.shape[1]) if best is None else rows[best] for best in found])
