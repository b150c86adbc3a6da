"""A new head on fixed features, found at once: no epochs, no learning rate."""

from collections.abc import Mapping

import msgspec
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from deepdive.algorithms.regression import fit_softmax_regression, telling_outputs
from deepdive.data.rows import RowsDataModule
from deepdive.data.splits import k_fold, stratified_split
from deepdive.data.types import Batch
from deepdive.recipes.experiments.sequential_runs import checkpoints_of
from deepdive.recipes.vision.transfer.features import TEST_BATCH, FromGroup
from deepdive.training import Classification, Run, RunError, evaluate

_PLACE = "training_runs/features.json"
PENALTIES = (0.01, 0.03, 0.1, 0.3)
"""Of a head, from which the best is chosen."""
_FOLDS, _MOST = 3, 2000


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
    penalty: float | None,
    prior: Tensor | None,
    device: torch.device,
    copies: int = 1,
) -> dict[str, float]:
    """Give the network the classifier that is best for the training features, and keep it in the run folder.

    ``prior`` has the rows of the pretrained classifier. Where one of its classes predicts a new one well, as the
    hot dogs of ImageNet do others' hot dogs, its row is free of the penalty. Without a ``penalty`` it is found by
    `choose_penalty`; the training rows are then so many ``copies`` of all images, one behind the other.

    Returns:
        Loss and accuracy on every part.
    """
    inputs, classes = features["train"]
    inputs, classes = inputs.to(device), classes.to(device)
    prior = None if prior is None else prior.to(device)
    if penalty is None:
        penalty = choose_penalty(inputs, classes, len(labels), prior=prior, copies=copies)
    weight, bias = _fitted(inputs, classes, len(labels), penalty, prior)
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


def choose_penalty(inputs: Tensor, classes: Tensor, count: int, *, prior: Tensor | None, copies: int) -> float:
    """The penalty of `PENALTIES` whose heads predict images best that they have not seen, by their cross-entropy.

    All copies of an image are on the same side of each fold. Of more than 2,000 images some are looked at.
    """
    images = len(classes) // copies
    chosen = torch.arange(images, device=classes.device)
    if images > _MOST:
        chosen = chosen[stratified_split(classes[:images].cpu(), _MOST, name="images")[1].to(chosen.device)]
    if len(chosen) < _FOLDS:
        return PENALTIES[len(PENALTIES) // 2]
    losses = dict.fromkeys(PENALTIES, 0.0)
    for kept, held in k_fold(len(chosen), _FOLDS):
        seen, unseen = (chosen[rows.to(chosen.device)] for rows in (kept, held))
        rows = torch.cat([seen + copy * images for copy in range(copies)])
        for penalty in PENALTIES:
            weight, bias = _fitted(inputs[rows], classes[rows], count, penalty, prior)
            logits = inputs[unseen] @ weight.T + bias
            losses[penalty] += float(cross_entropy(logits, classes[unseen], reduction="sum"))
    return min(losses, key=losses.__getitem__)


def _fitted(inputs: Tensor, classes: Tensor, count: int, penalty: float, prior: Tensor | None) -> tuple[Tensor, Tensor]:
    directions = None if prior is None else _directions(inputs, classes, count, prior)
    return fit_softmax_regression(inputs, classes, count, penalty=penalty, directions=directions)


def _directions(inputs: Tensor, classes: Tensor, count: int, prior: Tensor) -> Tensor:
    """For each new class the row of its best-matching pretrained class, or zeros."""
    rows = prior - prior.mean(0)  # what all of them have in common tells nothing
    found = telling_outputs(inputs @ rows.T, classes, count)
    return torch.stack([rows.new_zeros(rows.shape[1]) if best is None else rows[best] for best in found])
