"""The weights of a network as a file of their own (D2L section 6.6), and published ones given to it (14.2)."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from deepdive.training.runs.checkpoints import CheckpointError, load_checkpoint, save_checkpoint

_SHOWN = 10
"""Names of a kind that a message lists."""


def save_weights(path: Path | str, network: nn.Module) -> None:
    """Save parameters and buffers as safetensors, each under its name; tied ones are stored once.

    Raises:
        OSError: the disk is full or read-only; a file that was there is unchanged.
    """
    save_checkpoint(path, {"model": network.state_dict()})


def load_weights(path: Path | str, network: nn.Module) -> None:
    """Load what ``save_weights`` saved, or a checkpoint of a run, bit for bit; tied parameters stay tied.

    All or nothing: the network is changed only if everything fits. Numbers may become wider (bfloat16 to float32), not
    narrower. Lazy layers take the sizes of the file.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: the file is damaged or foreign, or does not fit: see ``fit_state_dict``.
    """
    content = load_checkpoint(path)
    weights = content.get("model")
    if not isinstance(weights, dict) or not all(isinstance(value, Tensor) for value in weights.values()):
        raise CheckpointError(f"{path} is a checkpoint, but holds no weights of a network")
    if problems := _misfits(weights, network.state_dict()):
        raise CheckpointError(f"{path} does not fit {type(network).__name__}: {'; '.join(problems)}")
    network.load_state_dict(weights)


@runtime_checkable
class Layout(Protocol):
    """Other names, and another cut, of the same tensors: how a family of networks is published."""

    def to_public(self, ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Our tensors as they are published."""
        ...

    def to_ours(self, public: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Published tensors under our names."""
        ...

    def cleaned(self, published: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """What is published of the network that is ``wanted``."""
        ...


def fit_state_dict(
    network: nn.Module,
    state: Mapping[str, Tensor],
    *,
    allow: Sequence[str] = (),
    source: str = "the state dict",
    layout: Layout | None = None,
) -> list[str]:
    """Load weights of another training, e.g. published ones, into a network whose head may be another.

    All or nothing, as ``load_weights``. Where a name begins with one of ``allow``, e.g. ``"classifier."``, what does
    not fit is passed over, and the network keeps its own values. The counters of batches of normalisation layers, which
    old files do not have, may be missing; what parallel and compiled networks put before all names is taken off.
    ``source`` is what messages call the weights. With a ``layout`` they come by their public names, which ``allow``,
    messages and what is returned use, too.

    >>> own = fit_state_dict(network, state, allow=("fc.",), source="resnet18.safetensors")  # doctest: +SKIP

    Returns:
        The names whose values are the network's own.

    Raises:
        CheckpointError: it does not fit. Lists, ten of each kind, what is missing and what the network does not have,
            each with the nearest name of the other side, and what has another shape or type; says how to replace the
            head if it is for another number of classes. Or a weight is not finite, or is no tensor.
        ValueError: no name begins with a prefix of ``allow``.
    """
    if foreign := [name for name, value in state.items() if not isinstance(value, Tensor)]:
        raise CheckpointError(f"{source} must give a tensor for each name, but does not for {_listed(foreign, [])}")
    wanted = network.state_dict()
    state = _unwrapped(state, wanted)
    if layout is not None:
        wanted = layout.to_public(wanted)
        state = layout.cleaned(state, wanted)
    for prefix in allow:
        if not prefix or not any(name.startswith(prefix) for name in [*wanted, *state]):
            raise ValueError(f"allow has {prefix!r}, but no name of {type(network).__name__} begins with it")
    own = {name for name in {*state, *wanted} if name.startswith(tuple(allow)) and _misfit(name, state, wanted)}
    own |= {name for name in wanted if name not in state and name.endswith("num_batches_tracked")}
    given = {name: value for name, value in state.items() if name not in own}
    asked = {name: value for name, value in wanted.items() if name not in own}
    if problems := _misfits(given, asked):
        words = "; ".join([*_another_head(given, asked), *problems])
        raise CheckpointError(f"{source} does not fit {type(network).__name__}: {words}")
    if damaged := [name for name, value in given.items() if not value.isfinite().all()]:
        raise CheckpointError(f"{source} has NaN or infinite values in {_listed(damaged, [])}")
    network.load_state_dict(given if layout is None else layout.to_ours(given), strict=False)
    return [name for name in wanted if name in own]


def _unwrapped(state: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """Without what parallel and compiled networks put before all of their names."""
    for wrapper in ("module.", "_orig_mod."):
        if state and all(name.startswith(wrapper) for name in state) and not any(n.startswith(wrapper) for n in wanted):
            state = {name.removeprefix(wrapper): value for name, value in state.items()}
    return state


def _misfits(saved: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> list[str]:
    """One phrase for each way in which names and values differ."""
    missing = [name for name in wanted if name not in saved]
    extra = [name for name in saved if name not in wanted]
    problems = []
    if missing:
        problems.append(f"it lacks {_listed(missing, extra)}")
    if extra:
        problems.append(f"the network has no {_listed(extra, missing)}")
    values = [words for name in wanted if name in saved and (words := _misfit(name, saved, wanted))]
    return problems + values[:_SHOWN] + ([f"and {len(values) - _SHOWN} more"] if len(values) > _SHOWN else [])


def _misfit(name: str, saved: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> str | None:
    """Why a name cannot be loaded; ``None`` if it can."""
    if name not in saved or name not in wanted:
        return f"{name} is on one side only"
    have, want = saved[name], wanted[name]
    if is_lazy(want):
        return None
    if have.shape != want.shape:
        return f"{name} has shape {tuple(have.shape)}, not {tuple(want.shape)}"
    tiny = have.is_floating_point() and have.dtype.itemsize == 1
    whole = want.is_floating_point() and not have.is_floating_point() and not have.is_complex()
    if whole or (tiny and have.dtype != want.dtype):
        return (
            f"{name} holds {have.dtype}, which is no {want.dtype}: quantised weights mean nothing without their scales"
        )
    if torch.promote_types(have.dtype, want.dtype) != want.dtype:
        return f"{name} holds {have.dtype}, which {want.dtype} would round: convert the network first"
    return None


def _listed(names: list[str], others: list[str]) -> str:
    """The first names, each with the nearest one of the other side, if one is near."""
    words = []
    for name in names[:_SHOWN]:
        near = difflib.get_close_matches(name, others, n=1, cutoff=0.7)
        words.append(f"{name} (nearest: {near[0]})" if near else name)
    rest = len(names) - _SHOWN
    return ", ".join(words) + (f" and {rest} more" if rest > 0 else "")


def _another_head(saved: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> list[str]:
    """What to do if the last weights differ in nothing but the number of their outputs."""
    matrices = [name for name, value in wanted.items() if not is_lazy(value) and value.ndim > 1]
    if not matrices or matrices[-1] not in saved:
        return []
    name = matrices[-1]
    have, want = saved[name], wanted[name]
    if have.ndim != want.ndim or have.shape[0] == want.shape[0] or have.shape[1:] != want.shape[1:]:
        return []
    if not (head := name[: name.rfind(".") + 1]):
        return []
    return [
        f"the checkpoint is for {have.shape[0]} classes, the network has {want.shape[0]}: "
        f"give allow=({head!r},) to replace the head"
    ]
