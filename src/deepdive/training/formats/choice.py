"""Precision and layout: told, or chosen by timing a few training steps on the first batch."""

from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import nn

from deepdive.algorithms.inspection import FlopCount
from deepdive.data.types import Batch
from deepdive.training.devices import Precision
from deepdive.training.formats.layout import Format, Layout, convolutions
from deepdive.training.formats.timing import least_seconds, step_seconds
from deepdive.training.formats.untouched import untouched
from deepdive.training.task import Task

SMALL_STEP = 2e9
"""Operations of a step below which nothing is measured: it is over in milliseconds, and bound by memory."""
CLEARLY = 1.2
"""How many times as fast another format must be to be taken."""
EMULATED = 4.0
"""Products in half precision that take so many times as long as in full are done without the units for them."""

LEAST_RATE = 2e10
"""Operations per second that any device with units for half precision reaches in full."""


@dataclass(frozen=True)
class Choice:
    """A format, why it was chosen, and what was measured, in seconds per step."""

    format: Format
    reason: str = ""
    seconds: dict[Format, float] = field(default_factory=dict)

    @property
    def note(self) -> str:
        """One line for the user; empty if there was nothing to choose."""
        if not self.reason:
            return ""
        layout = f", layout {self.format.layout}" if self.format.layout else ""
        return f"precision {self.format.precision}{layout}: {self.reason}"


def told_format(precision: Precision, layout: Layout | Literal["auto"], device: torch.device) -> Format:
    """The format of a precision that is given; ``layout="auto"`` is what is known to be faster on the device.

    That is channels last on a processor and, in half precision, on CUDA; elsewhere the network stays as it came.
    """
    if layout != "auto":
        return Format(precision, layout)
    last = device.type == "cpu" or (device.type == "cuda" and precision != "fp32")
    return Format(precision, "channels-last" if last else None)


def choose_format(task: Task, batch: Batch, device: torch.device, layout: Layout | Literal["auto"] = "auto") -> Choice:
    """The format whose training steps take the least time, full precision unless half is clearly faster.

    A few steps on ``batch`` are timed in each format that makes sense; the task is untouched afterwards. Nothing is
    timed where the steps are small, and bfloat16 is ruled out by one small product where it is emulated.
    """
    if device.type not in ("cpu", "cuda"):
        return Choice(told_format("fp32", layout, device), f"nothing else is tried on {device.type}")
    if layout != "auto":
        usual: Layout = layout
    else:
        usual = "channels-last" if device.type == "cpu" else "contiguous"
    plain = Format("fp32", usual if convolutions(task.network) or layout != "auto" else None)
    try:
        with untouched(task):
            task.train()
            operations = _operations(task, batch)
            if operations < SMALL_STEP:
                return Choice(plain, f"steps of {operations / 1e9:.2g} GFLOP are too small to be measured")
            reasons, formats = [], _formats(plain, task.network, layout)
            slowdown = half_slowdown(device)
            if slowdown > EMULATED:
                reasons.append(f"a product in bf16 takes {slowdown:.0f} times as long here")
                formats = [each for each in formats if each.precision == "fp32"]
            if len(formats) == 1:
                return Choice(plain, "; ".join(reasons) or "there is no other format for this network")
            seconds = step_seconds(task, batch, device, formats)
    except Exception as error:  # the first step of the training will meet it too, and explain it
        return Choice(plain, f"nothing could be measured ({type(error).__name__})")
    reasons.append("steps take " + ", ".join(f"{_shown(value)} in {each}" for each, value in seconds.items()))
    return Choice(fastest(seconds), "; ".join(reasons), seconds)


def fastest(seconds: dict[Format, float]) -> Format:
    """The first format, unless another of full precision, or then one of half precision, is clearly faster."""
    best = next(iter(seconds))
    for precision in ("fp32", "bf16"):
        rivals = [each for each in seconds if each.precision == precision]
        rival = min(rivals, key=lambda each: seconds[each], default=best)
        if seconds[best] > CLEARLY * seconds[rival]:
            best = rival
    return best


def half_slowdown(device: torch.device) -> float:
    """How many times as long a small matrix product takes in bfloat16 as in float32: some milliseconds, and no more.

    The product in full precision counts as at least `LEAST_RATE`: where its threads wait for each other, beside other
    work, anything would look fast.
    """
    n = 128
    full = torch.linspace(0.5, 1.5, n * n, device=device).view(n, n)  # not random: no generator may be moved
    half = full.bfloat16()
    taken = [least_seconds(lambda x=x: x @ x, device, times=20, enough=0.02) for x in (half, full)]
    return taken[0] / min(taken[1], 2 * n**3 / LEAST_RATE)


def _formats(plain: Format, network: nn.Module, layout: Layout | Literal["auto"]) -> list[Format]:
    """Those that make sense, ``plain`` first: both layouts in full precision, in half the one that its kernels like."""
    if layout != "auto" or not convolutions(network):
        return [plain, Format("bf16", plain.layout)]
    other: Layout = "contiguous" if plain.layout == "channels-last" else "channels-last"
    return [plain, Format("fp32", other), Format("bf16", "channels-last")]


def _operations(task: Task, batch: Batch) -> int:
    """Of forward and backward: the backward computes two products for each of the forward's."""
    with FlopCount() as count:
        task.training_step(batch)
    return 3 * count.total


def _shown(seconds: float) -> str:
    if seconds == float("inf"):
        return "too long"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
