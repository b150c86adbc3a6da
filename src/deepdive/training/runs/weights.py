"""The weights of a network as a file of their own (textbook section 6.6)."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from deepdive.training.runs.checkpoints import CheckpointError, load_checkpoint, save_checkpoint


def save_weights(path: Path, network: nn.Module) -> None:
    """Save parameters and buffers as safetensors, each under its name; tied ones are stored once.

    Raises:
        OSError: the disk is full or read-only; a file that was there is unchanged.
    """
    save_checkpoint(path, {"model": network.state_dict()})


def load_weights(path: Path, network: nn.Module) -> None:
    """Load what ``save_weights`` saved, or a checkpoint of a run, bit for bit; tied parameters stay tied.

    All or nothing: the network is changed only if everything fits. Numbers may become wider (bfloat16 to float32), not
    narrower. Lazy layers take the sizes of the file.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: the file is damaged or foreign, or does not fit: names what is missing, what the network does
            not have, and what has another shape or type.
    """
    content = load_checkpoint(path)
    weights = content.get("model")
    if not isinstance(weights, dict) or not all(isinstance(value, Tensor) for value in weights.values()):
        raise CheckpointError(f"{path} is a checkpoint, but holds no weights of a network")
    if problems := _misfits(weights, network.state_dict()):
        raise CheckpointError(f"{path} does not fit {type(network).__name__}: {'; '.join(problems)}")
    network.load_state_dict(weights)


def _misfits(saved: dict[str, Tensor], wanted: dict[str, Tensor]) -> list[str]:
    problems = [
        f"{words} {', '.join(names)}"
        for words, names in (
            ("it lacks", [name for name in wanted if name not in saved]),
            ("the network has no", [name for name in saved if name not in wanted]),
        )
        if names
    ]
    for name in (name for name in wanted if name in saved):
        have, want = saved[name], wanted[name]
        if is_lazy(want):
            continue
        if have.shape != want.shape:
            problems.append(f"{name} has shape {tuple(have.shape)}, not {tuple(want.shape)}")
        elif torch.promote_types(have.dtype, want.dtype) != want.dtype:
            problems.append(f"{name} holds {have.dtype}, which {want.dtype} would round: convert the network first")
    return problems
