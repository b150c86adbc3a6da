"""What came of a call on either side, and how two outcomes differ."""

import re
import warnings
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin

from deepdive import scratch
from deepdive.proofs import differentiable, tensors
from deepdive.twins import LayerTwin
from deepdive.twins.kinds import made

from .mutations import Call

WORDS = re.compile(r"\bmust\b.*\bgot\b|missing \d+ required|unexpected keyword argument", re.DOTALL)
"""How a refusal reads: NAME must be RULE, got VALUE; or what Python says of the arguments of any call."""
MESSAGE = "raw error"


@dataclass(frozen=True)
class Refused:
    error: Exception


@dataclass(frozen=True)
class Given:
    """What a call gave: outputs, gradients by inputs and parameters, buffers afterwards."""

    outputs: Any
    gradients: list[Tensor]
    buffers: list[Tensor]


class Sides:
    """Both modules with equal parameters, made anew only where the arguments change."""

    def __init__(self, twin: LayerTwin) -> None:
        self.twin = twin
        self._key: Any = None
        self._pair: tuple[Any, Any] = (None, None)

    def __call__(self, call: Call, *, unsafe: bool = False) -> tuple[Refused | Given, Refused | Given]:
        """What came of the call on our side, and on the library's; where that is unsafe, it counts as ours."""
        key = (id(call.arguments), call.dtype)
        if key != self._key or self.twin.stateful or self._lazy:
            self._key, self._keep = key, call.arguments
            self._pair = self._made(call)
        ours, theirs = self._pair
        outcome = _outcome(ours, call)
        if unsafe:
            return outcome, Refused(MemoryError()) if isinstance(outcome, Refused) else outcome
        return outcome, _outcome(theirs, call)

    @property
    def _lazy(self) -> bool:
        return isinstance(self.twin.theirs, type) and issubclass(self.twin.theirs, LazyModuleMixin)

    def _made(self, call: Call) -> tuple[Any, Any]:
        ours, theirs = (
            _made(make, call, toolkit) for make, toolkit in ((self.twin.ours, scratch), (self.twin.theirs, nn))
        )
        if isinstance(ours, nn.Module) and isinstance(theirs, nn.Module) and not self._lazy:
            _unsettle(theirs)
            try:
                ours.load_state_dict(theirs.state_dict(), strict=True)
            except RuntimeError as error:
                return Refused(error), theirs
        return ours, theirs


def _made(make: Any, call: Call, toolkit: Any) -> Any:
    try:
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.simplefilter("ignore")
            torch.manual_seed(0)
            return make(**made(call.arguments, toolkit)).to(call.dtype).train(call.training)
    except Exception as error:
        return Refused(error)


@torch.no_grad()
def _unsettle(module: nn.Module) -> None:
    """Other values where all are equal, so that a forgotten scale or shift shows."""
    generator = torch.Generator().manual_seed(0)
    for x in [*module.parameters(), *module.buffers()] if any(True for _ in module.parameters()) else []:
        if x.is_floating_point() and x.numel() and torch.equal(x, x.flatten()[0].expand_as(x)):
            x.add_((0.5 * torch.rand(x.shape, generator=generator)).to(x.dtype))


def _outcome(module: Any, call: Call) -> Refused | Given:
    if isinstance(module, Refused):
        return module
    module.train(call.training)
    try:
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.simplefilter("ignore")
            torch.manual_seed(1)
            with call.context():
                outputs = module(*call.inputs)
                tracked = torch.is_grad_enabled()
            gradients = _gradients(outputs, [*differentiable(call.inputs), *module.parameters()]) if tracked else []
    except Exception as error:
        return Refused(error)
    return Given(outputs, gradients, [b.clone() for b in module.buffers()])


def _gradients(outputs: Any, leaves: list[Tensor]) -> list[Tensor]:
    ys = differentiable(outputs)
    if not ys:
        return []
    generator = torch.Generator().manual_seed(2)
    directions = [torch.randn(y.shape, generator=generator).to(y.dtype) for y in ys]
    found = torch.autograd.grad(ys, leaves, directions, allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for g, x in zip(found, leaves, strict=True)]


def difference(ours: Refused | Given, theirs: Refused | Given, precision: torch.dtype) -> str:
    """In words, how two outcomes differ; empty if they do not."""
    if isinstance(ours, Refused):
        if isinstance(theirs, Given):
            return f"refused, the library does not: {_shown(ours.error)}"
        if type(ours.error) not in (ValueError, TypeError) or not WORDS.search(str(ours.error)):
            return f"{MESSAGE}: {_shown(ours.error)}; the library: {_shown(theirs.error)}"
        return ""
    if isinstance(theirs, Refused):
        return f"accepted, the library refuses: {_shown(theirs.error)}"
    for what, a, b, factor in (
        ("outputs", ours.outputs, theirs.outputs, 4),
        ("buffers", ours.buffers, theirs.buffers, 4),
        ("gradients", ours.gradients, theirs.gradients, 8),
    ):
        largest = _largest(b) if what == "gradients" else None
        words = nest_difference(a, b, precision, factor, largest)
        if words:
            return f"{what}: {words}"
    return ""


def nest_difference(a: Any, b: Any, precision: torch.dtype, factor: float, largest: float | None = None) -> str:
    """The first difference of two nests of tensors, in words, relative to ``largest`` or to the largest of a tensor."""
    if not isinstance(a, Tensor) or not isinstance(b, Tensor):
        if isinstance(a, tuple | list) and isinstance(b, tuple | list):
            if len(a) != len(b) or type(a) is not type(b):
                return f"{type(a).__name__} of {len(a)} for {type(b).__name__} of {len(b)}"
            return next(
                (w for x, y in zip(a, b, strict=True) if (w := nest_difference(x, y, precision, factor, largest))), ""
            )
        numbers = isinstance(a, int | float) and isinstance(b, int | float)
        same = repr(a) == repr(b) or (numbers and a == b)
        return "" if same else f"{type(a).__name__} {a} for {type(b).__name__} {b}"[:300]
    if (a.dtype, a.shape) != (b.dtype, b.shape):
        return f"{a.dtype} {tuple(a.shape)} for {b.dtype} {tuple(b.shape)}"
    if a.requires_grad != b.requires_grad:
        return f"requires_grad is {a.requires_grad} for {b.requires_grad}"
    return _number_difference(a.detach(), b.detach(), precision, factor, largest)


def _number_difference(a: Tensor, b: Tensor, precision: torch.dtype, factor: float, largest: float | None) -> str:
    if not a.numel():
        return ""
    if not (a.is_floating_point() or a.is_complex()):
        return "" if torch.equal(a, b) else f"{a.flatten()[:5].tolist()} for {b.flatten()[:5].tolist()}"
    wide = torch.complex128 if a.is_complex() else torch.float64
    least = max((precision, a.dtype), key=_step)
    a, b = a.to(wide), b.to(wide)
    finite = b.isfinite()
    if not torch.equal(torch.where(finite, 0, a).nan_to_num(0.5), torch.where(finite, 0, b).nan_to_num(0.5)):
        return f"{a.flatten()[:6].tolist()} for {b.flatten()[:6].tolist()}"
    if not a.isfinite().equal(finite):
        return f"{a.flatten()[:6].tolist()} for {b.flatten()[:6].tolist()}"
    if not finite.any():
        return ""
    far = (a - b)[finite].abs().max().item() / max(largest or b[finite].abs().max().item(), 1e-30)
    if far <= factor * _step(least):
        return ""
    return f"off by {far:.2g} of the largest: {a.flatten()[:4].tolist()} for {b.flatten()[:4].tolist()}"


def _largest(gradients: list[Tensor]) -> float:
    """Of all gradients together: one that is 0 but for rounding says nothing by itself."""
    return max((g.detach().abs().nan_to_num(0, 0, 0).max().item() for g in gradients if g.numel()), default=0.0)


def precision_of(call: Call) -> torch.dtype:
    """The least precise dtype that takes part, which says how near results must be."""
    given = [call.inputs, list(call.arguments.values())]
    return max([call.precision, call.dtype, *(x.dtype for x in tensors(given) if x.is_floating_point())], key=_step)


def _step(dtype: torch.dtype) -> float:
    """The rounding that is expected; single precision is given room for sums in another order."""
    return max(torch.finfo(dtype).eps, 1e-5)


def _shown(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:220]
