"""A text network as its authors publish it: weights, sizes and tokenizer in one folder."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from deepdive.data.fetching import fetch
from deepdive.data.progress import Report
from deepdive.data.registry import DATASETS, TEXT_NETWORKS
from deepdive.data.subwords.tokenizer import Subwords, check_vocabulary

_CONFIGURATION, _WEIGHTS, _TOKENIZER = "config.json", "model.safetensors", "tokenizer_config.json"


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

    The folder holds config.json, model.safetensors, and tokenizer.json, vocab.txt, or vocab.json and merges.txt.

    Raises:
        ValueError: the name is that of something else, a file is damaged, or the tokenizer has more pieces than the
            weights have vectors.
        FileNotFoundError: there is no such name or folder, or a file is missing in it.
        DataUnavailableError: no source has it.
    """
    if source in TEXT_NETWORKS:
        files = fetch(source, report=report)
    elif source in DATASETS:
        raise ValueError(f"{source!r} holds no text network; these do: {', '.join(TEXT_NETWORKS)}, or a folder")
    else:
        files = _files_of(Path(source).expanduser())
    configuration = _json(files[_CONFIGURATION])
    lowercase = _json(files[_TOKENIZER]).get("do_lower_case", True) if _TOKENIZER in files else True
    subwords = Subwords.from_files(files, lowercase)
    if "vocab_size" in configuration:
        check_vocabulary(subwords, configuration["vocab_size"])
    try:
        state = load_file(files[_WEIGHTS])
    except SafetensorError as error:
        raise ValueError(f"{files[_WEIGHTS]} is damaged: {error}") from error
    return Published(state, configuration, subwords, source)


def _files_of(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise FileNotFoundError(f"no such folder, and no named text network: {folder}; {', '.join(TEXT_NETWORKS)}")
    files = {path.name: path for path in folder.iterdir() if path.is_file()}
    if missing := [name for name in (_CONFIGURATION, _WEIGHTS) if name not in files]:
        raise FileNotFoundError(f"{folder} lacks {' and '.join(missing)}")
    return files


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"{path} holds no settings by name")
    return found
