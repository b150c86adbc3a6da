"""Trained weights as a file for other programs, with all that must be known to use them."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import save
from torch import Tensor, nn

import deepdive
from deepdive.data.registry import DATASETS, PRETRAINED
from deepdive.files import write_atomically
from deepdive.json_values import json_values
from deepdive.recipes.running.formats import FORMATS
from deepdive.recipes.running.loading import TrainedModel
from deepdive.training import Run

Writer = Callable[[nn.Module, Mapping[str, str]], bytes]
"""What a file of a format holds, of a network and of texts that describe it."""


def export(model: TrainedModel, output: Path, name: str, *, replace: bool = False) -> None:
    """Write the weights of a trained model into one file.

    The keys are those of the network's ``state_dict()``; of several networks (folds) those of a ``ModuleDict`` of them,
    ``fold1.net.0.weight``. Beside them are, as JSON, ``recipe``, ``labels``, ``preprocessing`` (what is done to an
    input before the network sees it), ``settings``, ``metrics``, ``deepdive`` (the version) and, as far as they are
    known, the ``licences`` of the data and of the published weights that were learnt from.

    Raises:
        ValueError: the recipe has no network, or there is no such format.
        OSError: the file is there and not to be replaced, or cannot be written.
    """
    if name not in WRITERS:
        raise ValueError(f"format must be {' or '.join(WRITERS)}, got {name!r}")
    content = WRITERS[name](exported(model), description(model))
    write_atomically(output, content, replace=replace)


def exported(model: TrainedModel) -> nn.Module:
    """The network, or all of them in a ``ModuleDict``.

    Raises:
        ValueError: there is none.
    """
    if not model.networks:
        raise ValueError(f"the recipe {model.run.recipe} learns no network; there are no weights to export")
    return nn.ModuleDict(dict(model.networks)) if len(model.networks) > 1 else model.network


def description(model: TrainedModel) -> dict[str, str]:
    """What must be known to use the weights, each as JSON."""
    facts = {
        "deepdive": deepdive.__version__,
        "recipe": model.run.recipe,
        "labels": list(model.labels),
        "preprocessing": model.preprocessing,
        "settings": model.run.settings,
        "metrics": model.metrics,
        "licences": licences(model.run.settings),
    }
    return {name: json.dumps(json_values(value), ensure_ascii=True, allow_nan=False) for name, value in facts.items()}


def licences(settings: Mapping[str, Any]) -> dict[str, str]:
    """Those of the named data and of the published weights that a run learnt from, where they are known by name."""
    known = {"data": DATASETS, "weights": DATASETS | PRETRAINED}
    return {
        setting: f"{settings[setting]}: {names[settings[setting]].licence}"
        for setting, names in known.items()
        if isinstance(settings.get(setting), str) and settings[setting] in names
    }


def default_output(run: Run, name: str) -> Path:
    """Where the weights of a run go if nothing else is said: into the folder where one is."""
    return Path(f"{run.recipe}-{run.folder.absolute().name}{FORMATS[name]}")


def loading_lines(model: TrainedModel, output: Path) -> Iterator[str]:
    """Three lines of Python that load the file into a network of the same form."""
    several = len(model.networks) > 1
    yield "import deepdive, safetensors.torch" + (", torch" if several else "")
    made = f"deepdive.load({str(model.run.folder.absolute())!r})"
    yield f"network = torch.nn.ModuleDict({made}.networks)" if several else f"network = {made}.network"
    yield f"network.load_state_dict(safetensors.torch.load_file({str(output.absolute())!r}))"


def _safetensors(network: nn.Module, facts: Mapping[str, str]) -> bytes:
    """Tensors that share memory (tied weights) are there under each of their names.

    The bytes are the same for the same content: safetensors itself writes metadata in an order of its own.
    """
    state = network.state_dict()
    for name, value in state.items():
        if not isinstance(value, Tensor):
            raise ValueError(f"weights must be tensors, got {type(value).__name__} for {name}")
    data = save({name: value.detach().cpu().clone().contiguous() for name, value in state.items()}, dict(facts))
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    start = {"__metadata__": {"format": "pt"} | dict(sorted(header.pop("__metadata__", {}).items()))}
    text = json.dumps(start | header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # tensors begin at a multiple of 8 bytes
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


WRITERS: dict[str, Writer] = {"safetensors": _safetensors}
"""What writes each of the formats."""
