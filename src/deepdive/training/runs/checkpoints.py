"""Checkpoints: any nest of tensors, numbers and strings in one safetensors file, never pickle.

The tensors lie under readable names (``model.net.0.weight``), so other programs can read them; what is no
tensor is JSON in the file's metadata, with a checksum of everything, so that equal content gives equal bytes. A file
appears atomically: an interrupted or failed save leaves the checkpoint before it whole.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from deepdive.files import make_folder, write_atomically

FORMAT = "3"
_KEY, _OLD_KEY = "deepdive", "deepdive.format"
"""One key of the metadata holds format, checksum and content: safetensors writes several in an order of its own."""
_TENSOR, _TUPLE, _PAIRS = "$tensor", "$tuple", "$pairs"


class CheckpointError(ValueError):
    """A file that is no checkpoint, a damaged one, or one of another version; the message names it and says which."""


def save_checkpoint(path: Path | str, content: dict[str, Any]) -> None:
    """Save a nest of dicts, lists, tuples, tensors, numbers, strings, booleans and ``None``.

    Tensors that are the same storage seen the same way (tied weights) are stored once.

    Raises:
        OSError: the disk is full or read-only; the checkpoint that was there is unchanged.
        TypeError: something in ``content`` is of another type; names its place.
    """
    packer = _Packer()
    structure = json.dumps(packer.pack(content, ""))
    metadata = " ".join([FORMAT, _checksum(packer.tensors, structure), structure])
    write_atomically(Path(path), save(packer.tensors, {_KEY: metadata}))


def load_checkpoint(path: Path | str) -> dict[str, Any]:
    """What ``save_checkpoint`` saved, with every tensor on the processor.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: the file is damaged, truncated, foreign or of another version.
    """
    path = Path(path)
    tensors, checksum, structure = _read(path, tensors=True)
    if checksum != _checksum(tensors, structure):
        raise CheckpointError(f"{path} is damaged: its checksum does not fit its content")
    try:
        content = _unpack(json.loads(structure), tensors)
    except RecursionError:
        raise CheckpointError(f"{path} is damaged: its content is nested too deep") from None
    except (ValueError, TypeError, LookupError) as error:  # not ours, though the checksum fits
        raise CheckpointError(f"{path} is damaged: its content has another form: {error!r}") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path} is damaged: its content has no parts by name")
    return content


def checkpoint_checksum(path: Path) -> str:
    """The checksum that a checkpoint says its content has; read without the tensors.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: the file is damaged, foreign or of another version.
    """
    return _read(path, tensors=False)[1]


def checkpoint_epoch(path: Path) -> int | None:
    """The epoch after which a training loop saved a checkpoint, ``None`` of others; read without the tensors.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: the file is damaged, foreign or of another version.
    """
    structure = _read(path, tensors=False)[2]
    try:
        return json.loads(structure).get("progress", {}).get("epoch")
    except (ValueError, AttributeError) as error:
        raise CheckpointError(f"{path} is damaged: its content has another form: {error!r}") from error


def _read(path: Path, *, tensors: bool) -> tuple[dict[str, Tensor], str, str]:
    """Tensors, if asked for, the checksum and the structure that a file holds."""
    if not path.is_file():
        raise FileNotFoundError(f"there is no checkpoint {path}")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if _KEY not in metadata and _OLD_KEY not in metadata:
                raise CheckpointError(f"{path} is a safetensors file, but not a checkpoint of deepdive")
            found, _, rest = metadata.get(_KEY, metadata.get(_OLD_KEY, "")).partition(" ")
            if found != FORMAT:
                raise CheckpointError(
                    f"{path} has checkpoint format {found}; this version of deepdive reads format {FORMAT}"
                )
            kept = {name: file.get_tensor(name) for name in file.keys()} if tensors else {}
    except SafetensorError as error:
        raise CheckpointError(f"{path} is damaged or no safetensors file: {error}") from error
    checksum, _, structure = rest.partition(" ")
    return kept, checksum, structure


def _checksum(tensors: dict[str, Tensor], structure: str) -> str:
    digest = hashlib.sha256(structure.encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


class _Packer:
    """Replaces the tensors of a nest by their names, and what JSON does not know by marked objects."""

    def __init__(self) -> None:
        self.tensors: dict[str, Tensor] = {}
        self._names: dict[tuple[Any, ...], str] = {}
        self._storages: set[int] = set()

    def pack(self, value: Any, place: str) -> Any:
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, Tensor):
            return {_TENSOR: self._name(value.detach(), place)}
        if isinstance(value, tuple):
            return {_TUPLE: [self.pack(item, f"{place}.{i}") for i, item in enumerate(value)]}
        if isinstance(value, list):
            return [self.pack(item, f"{place}.{i}") for i, item in enumerate(value)]
        if isinstance(value, dict):
            packed = {key: self.pack(item, f"{place}.{key}".lstrip(".")) for key, item in value.items()}
            if all(isinstance(key, str) for key in packed):
                return packed
            return {_PAIRS: [[key, item] for key, item in packed.items()]}  # JSON has only string keys
        raise TypeError(f"a checkpoint cannot hold {place or 'its content'} of type {type(value).__name__}")

    def _name(self, tensor: Tensor, place: str) -> str:
        storage = (tensor.device, tensor.data_ptr(), tensor.shape, tensor.stride(), tensor.dtype)
        if tensor.numel() and storage in self._names:
            return self._names[storage]
        self._names[storage] = place
        tensor = tensor.cpu().contiguous()
        # safetensors refuses views of a larger storage and tensors that share one
        memory = tensor.untyped_storage()
        alone = memory.nbytes() == tensor.numel() * tensor.element_size() and memory.data_ptr() not in self._storages
        self._storages.add(memory.data_ptr())
        self.tensors[place] = tensor if alone else tensor.clone()
        return place


def _unpack(value: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, list):
        return [_unpack(item, tensors) for item in value]
    if not isinstance(value, dict):
        return value
    if _TENSOR in value:
        return tensors[value[_TENSOR]]
    if _TUPLE in value:
        return tuple(_unpack(item, tensors) for item in value[_TUPLE])
    if _PAIRS in value:
        return {key: _unpack(item, tensors) for key, item in value[_PAIRS]}
    return {key: _unpack(item, tensors) for key, item in value.items()}


class MemoryCheckpoints:
    """Checkpoints of a run without a folder: only ``best`` is kept, and only until the process ends."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, Any]] = {}

    def save(self, name: str, content: dict[str, Any]) -> None:
        """Keep a copy of the tensors of the model and of its task."""
        if name == "best":
            copies = {
                part: {key: value.clone() for key, value in content[part].items()}
                for part in ("model", "task")
                if part in content
            }
            self._kept[name] = content | copies

    def load(self, name: str) -> dict[str, Any]:
        """The copy; ``KeyError`` if there is none."""
        return self._kept[name]

    def has(self, name: str) -> bool:
        """Whether one of that name is kept."""
        return name in self._kept

    def save_tested(self, metrics: dict[str, float]) -> None:
        """Nothing: it is for a resume."""

    def tested(self) -> dict[str, float] | None:
        """Nothing is known."""


class FolderCheckpoints:
    """Checkpoints as files ``<folder>/<name>.safetensors``; the folder is ``root`` or one below, and makes itself."""

    def __init__(self, root: Path | str, *names: str) -> None:
        root = Path(root)
        self.folder = root.joinpath(*names)
        self._root, self._names = root, names

    def path(self, name: str) -> Path:
        """Where a checkpoint of that name lies."""
        return self.folder / f"{name}.safetensors"

    def save(self, name: str, content: dict[str, Any]) -> None:
        """See ``save_checkpoint``."""
        save_checkpoint(make_folder(self._root, *self._names) / self.path(name).name, content)

    def load(self, name: str) -> dict[str, Any]:
        """See ``load_checkpoint``."""
        return load_checkpoint(self.path(name))

    def has(self, name: str) -> bool:
        """Whether the file exists."""
        return self.path(name).is_file()

    def tested_epoch(self) -> int | None:
        """The epoch whose weights are tested and kept: the best, or the last where none is; ``None``: no loop's."""
        name = next((each for each in ("best", "last") if self.has(each)), None)
        return None if name is None else checkpoint_epoch(self.path(name))

    def save_tested(self, metrics: dict[str, float]) -> None:
        """Keep the test metrics of the training that ended with the checkpoint ``last``."""
        if self.has("last"):
            kept = {"of": checkpoint_checksum(self.path("last")), "metrics": metrics}
            save_checkpoint(self.path("tested"), kept)

    def tested(self) -> dict[str, float] | None:
        """The test metrics, ``None`` unless they are of the checkpoint ``last`` that is there."""
        if not (self.has("tested") and self.has("last")):
            return None
        kept = self.load("tested")
        return kept["metrics"] if kept.get("of") == checkpoint_checksum(self.path("last")) else None
