"""How long a training step takes in a format; hopeless ones are not waited for."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook

from deepdive.data.types import Batch
from deepdive.training.formats.layout import Format, lay_out
from deepdive.training.loop.step import autocast
from deepdive.training.task import Task

ROUNDS = 3
"""Steps that are timed per format, after one that warms up."""
ENOUGH_SECONDS = 2.0
"""After so long no further round is begun."""
LONG_SECONDS = 0.5
"""A step as long as this needs no warm-up."""
LEAST_SECONDS = 1.0
"""A step is given at least this: kernels may be made at the first call."""
HOPELESS = 2.0
"""A step that takes so many times as long as one in the first format is given up."""


class HopelessError(Exception):
    """A step has taken too long to be worth its end."""


def step_seconds(task: Task, batch: Batch, device: torch.device, formats: Sequence[Format]) -> dict[Format, float]:
    """Seconds of forward, loss and backward per format: the least of a few steps, taken in turn.

    The first format is what the others are measured by; one that turns out hopeless, or does not run, is infinite.

    Raises:
        Exception: whatever the step raises in the first format.
    """
    times: dict[Format, list[float]] = {each: [] for each in formats}
    alive, limit, began = list(formats), math.inf, time.perf_counter()
    for turn in range(1 + ROUNDS):
        for each in tuple(alive):
            try:
                seconds = _one_step(task, batch, device, each, math.inf if each is formats[0] else limit)
            except Exception:  # hopeless, or it does not run: nothing that a measurement should end a run for
                if each is formats[0]:
                    raise
                alive.remove(each)
                continue
            if each is formats[0] and turn == 0:
                limit = max(HOPELESS * seconds, LEAST_SECONDS)
            if turn or seconds >= LONG_SECONDS:
                times[each].append(seconds)
        if time.perf_counter() - began > ENOUGH_SECONDS and all(times[each] for each in alive):
            break
    return {each: min(taken, default=math.inf) for each, taken in times.items()}


def _one_step(task: Task, batch: Batch, device: torch.device, form: Format, limit: float) -> float:
    lay_out(task.network, form.layout)
    step = autocast(task.training_step, device, form.precision)
    wait_for(device)
    began = time.perf_counter()
    with _given_up(began + limit):
        step(batch).sum().backward()
        wait_for(device)
    seconds = time.perf_counter() - began
    for parameter in task.parameters():
        parameter.grad = None
    return seconds


def wait_for(device: torch.device) -> None:
    """Until the device has done what it was asked."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@contextmanager
def _given_up(deadline: float) -> Iterator[None]:
    """Look at the clock after every layer, forward and backward; on CUDA that sees only what is not queued."""

    def check(*_: Any) -> None:
        if time.perf_counter() > deadline:
            raise HopelessError

    def after_layer(module: nn.Module, inputs: Any, output: Any) -> None:
        check()
        if isinstance(output, Tensor) and output.requires_grad:
            output.register_hook(check)

    if math.isinf(deadline):
        yield
        return
    hook = register_module_forward_hook(after_layer)
    try:
        yield
    finally:
        hook.remove()


def least_seconds(work: Callable[[], object], device: torch.device, *, times: int, enough: float) -> float:
    """The shortest of several calls after a first one; at least one is timed, and none is begun after ``enough``."""
    work()
    wait_for(device)
    best, began = math.inf, time.perf_counter()
    for _ in range(times):
        start = time.perf_counter()
        work()
        wait_for(device)
        best = min(best, time.perf_counter() - start)
        if time.perf_counter() - began > enough:
            break
    return best
