"""Bounds of proofs that hold on any machine: two right orders of computation differ by what rounding does.

Most of that is small. But where a function has a kink, as ReLU at 0, or max pooling where two inputs are equal, the two
orders may round to different sides of it, and a gradient jumps. That is no fault of either, and likely where there are
a million kinks. So a difference in single precision that is not small is compared with how far the library's own
gradients move when all that it is given is shifted a little.
"""

from typing import Any

import torch
from torch import Tensor, nn

from deepdive.proofs.differences import Pass, layer_difference, pair_of, pass_difference, run_once
from deepdive.proofs.nests import mapped
from deepdive.twins import Case, LayerTwin

SHIFT = 2.0**-17
"""Of the size of what is shifted, times a normal number: 64 units in the last place of single precision."""

PAIRS = 4
"""Shifts, each also the other way: a kink that is near lies between the two, unless the shift runs along it."""

ROOM = 3.0
"""Of this many times what the library moves; each side rounds in its own way."""


def layer_excess(
    twin: LayerTwin, case: Case, dtype: torch.dtype, *, compiler: str | None = None, seed: int = 0
) -> float:
    """The differences of outputs and of gradients by their bounds, the larger of the two: above 1 the sides differ."""
    found = layer_difference(twin, case, dtype, compiler=compiler, seed=seed)
    bound = twin.double if dtype == torch.float64 else twin.single
    if dtype == torch.float64 or max(found) <= bound:
        return max(found) / bound
    moved = rounding_difference(twin, case, training=not (compiler and twin.random), seed=seed)
    return max(difference / (bound + ROOM * m) for difference, m in zip(found, moved, strict=True))


def rounding_difference(twin: LayerTwin, case: Case, *, training: bool = True, seed: int = 0) -> tuple[float, float]:
    """How far outputs and gradients of the library's side move when all that it is given is shifted.

    From double precision, not shifted, to single precision, shifted, which also shows what is left of sums that cancel.
    Our side has no part in it, so no fault of ours can widen its own bound.
    """
    exact = run_once(*_shifted(twin, case, torch.float64, training, seed, 0.0, 0))
    worst = (0.0, 0.0)
    for pair in range(PAIRS):
        for scale in (SHIFT, -SHIFT):
            found = run_once(*_shifted(twin, case, torch.float32, training, seed, scale, pair))
            moved = pass_difference(Pass(*(mapped(_widened, x) for x in found)), exact)
            worst = (max(worst[0], moved[0]), max(worst[1], moved[1]))
    return worst


def _widened(x: Tensor) -> Tensor:
    return x.double() if x.is_floating_point() else x


def _shifted(
    twin: LayerTwin, case: Case, dtype: torch.dtype, training: bool, seed: int, scale: float, pair: int
) -> tuple[nn.Module, list[Any]]:
    """The library's module and inputs for it, every number ``x`` in them replaced by ``x (1 + scale n)``, n normal."""
    theirs, _, inputs = pair_of(twin, case, dtype, seed)
    generator = torch.Generator().manual_seed(pair)

    @torch.no_grad()
    def shift(x: Tensor) -> Tensor:
        if x.is_floating_point():
            x.mul_(1 + scale * torch.randn(x.shape, generator=generator))
        return x

    for x in theirs.parameters():
        shift(x)
    fixed = [getattr(sample, "kind", "") == "signs" for sample in case.inputs]  # 1 and -1 are names of two classes
    return theirs.train(training), [x if one else mapped(shift, x) for x, one in zip(inputs, fixed, strict=True)]
