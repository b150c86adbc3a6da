"""A network with pretrained weights and a new head."""

from pathlib import Path

from torch import Tensor

from deepdive.data.pretrained import read_pretrained
from deepdive.data.progress import Report
from deepdive.data.registry import PRETRAINED, PretrainedWeights, find_pretrained
from deepdive.models.vision import EfficientNetLite
from deepdive.toolkit import Toolkit
from deepdive.training import CheckpointError, fit_state_dict, load_checkpoint

_PREFIX = "network."
"""What the names of a network's weights begin with in a checkpoint of the recipe."""


def read_weights(source: str, report: Report) -> tuple[PretrainedWeights, dict[str, Tensor]]:
    """Named weights, or those of a checkpoint of an earlier run, and the form of the images they belong to.

    Raises:
        ValueError: neither weights nor a file have that name.
        CheckpointError: the file is no checkpoint with weights, or is damaged.
    """
    path = Path(source)
    if source in PRETRAINED or not path.is_file():
        return find_pretrained(source), read_pretrained(source, report=report)
    model = load_checkpoint(path).get("model")
    if not isinstance(model, dict) or not all(isinstance(value, Tensor) for value in model.values()):
        raise CheckpointError(f"{path} is a checkpoint, but holds no weights of a network")
    return PRETRAINED["efficientnet-lite0"], {name.removeprefix(_PREFIX): value for name, value in model.items()}


def with_new_head(
    weights: PretrainedWeights, state: dict[str, Tensor], classes: int, *, source: str, nn: Toolkit
) -> EfficientNetLite:
    """The network with these weights, but for its classifier, which is made anew for so many classes.

    Raises:
        CheckpointError: names or shapes differ; lists them.
    """
    network = EfficientNetLite(classes, nn=nn)
    body = {name: value for name, value in state.items() if not name.startswith(weights.head)}
    fit_state_dict(network, body, allow=(weights.head,), source=source)
    return network
