"""Published weights: one safetensors file, or several and an index that says which tensor is in which."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from deepdive.data.subwords.folder import read_settings

WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"


def read_weights(files: Mapping[str, Path]) -> dict[str, Tensor]:
    """Tensors by their published names, from files by theirs; the one file counts where there is an index, too.

    Raises:
        FileNotFoundError: a part that the index names is missing.
        ValueError: a file is damaged, or the index does not fit its parts.
    """
    if WEIGHTS in files:
        return _load(files[WEIGHTS])
    path = files[INDEX]
    index = read_settings(path)
    part_of = index.get("weight_map")
    if not isinstance(part_of, dict) or not part_of:
        raise ValueError(f"weight_map must be names of tensors with their files, got {part_of!r} in {path}")
    parts = dict.fromkeys(_checked(name, path) for name in part_of.values())
    if missing := [name for name in parts if name not in files]:
        raise FileNotFoundError(f"{path} names {', '.join(missing)}, which {path.parent} lacks")
    state: dict[str, Tensor] = {}
    for part in parts:
        for name, value in _load(files[part]).items():
            if name in state or part_of.get(name, part) != part:
                raise ValueError(f"{name} must be in {part_of.get(name)} alone, got it in {part} too: {path}")
            state[name] = value
    _check_size(index, state, part_of, path)
    return state


def _checked(name: Any, path: Path) -> str:
    """A file beside the index, and no other."""
    if not isinstance(name, str) or not name.endswith(".safetensors") or Path(name).name != name or "\\" in name:
        raise ValueError(f"weight_map must name safetensors files beside it, got {name!r} in {path}")
    return name


def _check_size(index: Mapping[str, Any], state: Mapping[str, Tensor], part_of: Mapping[str, str], path: Path) -> None:
    """Check the bytes that there are; converted files list tied tensors that they hold once, which says nothing."""
    metadata = index.get("metadata")
    told = metadata.get("total_size") if isinstance(metadata, dict) else None
    held = sum(value.nbytes for value in state.values())
    if isinstance(told, (int, float)) and told != held and set(part_of) == set(state):
        raise ValueError(f"total_size must be {held}, the bytes of all tensors, got {told} in {path}")


def _load(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise ValueError(f"{path} is damaged: {error}") from error
