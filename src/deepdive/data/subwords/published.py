"""A text network as its authors publish it: weights, sizes and tokenizer in one folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from deepdive.data.fetching import fetch
from deepdive.data.progress import Progress, Report
from deepdive.data.registry import DATASETS, TEXT_NETWORKS
from deepdive.data.subwords.folder import read_settings
from deepdive.data.subwords.shards import INDEX, WEIGHTS, read_weights
from deepdive.data.subwords.tokenizer import Subwords, check_vocabulary
from deepdive.keys import is_size

_CONFIGURATION = "config.json"


@dataclass(frozen=True)
class Published:
    """What was published."""

    state: Mapping[str, Tensor]
    """Tensors by their published names."""
    configuration: Mapping[str, Any]
    """What config.json says."""
    subwords: Subwords
    source: str
    """What messages call it."""


def read_published(source: str, *, report: Report | None = None) -> Published:
    """A named network, obtained first if need be, or that of a folder of one's own.

    The folder holds config.json, model.safetensors or several parts of it with model.safetensors.index.json, and a
    tokenizer as `Subwords.from_folder` reads it. Notes are told to ``report``, or by warnings.

    Raises:
        ValueError: the name is that of something else, a file is damaged, files contradict each other, the tokenizer
            does what is not done here, or has more tokens than the weights have vectors.
        FileNotFoundError: there is no such name or folder, or a file is missing in it.
        DataUnavailableError: no source has it.
    """
    if source in TEXT_NETWORKS:
        files = fetch(source, report=report)
    elif source in DATASETS:
        raise ValueError(f"{source!r} holds no text network; these do: {', '.join(TEXT_NETWORKS)}, or a folder")
    else:
        files = _files_of(Path(source).expanduser())
    configuration = read_settings(files[_CONFIGURATION])
    subwords = Subwords.from_files(files, tell=None if report is None else lambda note: report(Progress(note)))
    if is_size(configuration.get("vocab_size")):  # if not, it is refused with the rest of the configuration
        try:
            check_vocabulary(subwords, configuration["vocab_size"])
        except ValueError as error:
            raise ValueError(f"{source}: {error}") from error
    state = read_weights(files)
    return Published(state, configuration, subwords, source)


def _files_of(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise FileNotFoundError(f"no such folder, and no named text network: {folder}; {', '.join(TEXT_NETWORKS)}")
    files = {path.name: path for path in folder.iterdir() if path.is_file()}
    if _CONFIGURATION not in files or (WEIGHTS not in files and INDEX not in files):
        missing = [name for name in (_CONFIGURATION, WEIGHTS) if name not in files]
        pickled = [name for name in sorted(files) if name.endswith((".bin", ".pt", ".pth", ".h5", ".msgpack", ".ckpt"))]
        help_ = f" ({pickled[0]} is not read: save it as safetensors)" if WEIGHTS in missing and pickled else ""
        raise FileNotFoundError(f"{folder} lacks {' and '.join(missing)}{help_}")
    return files
