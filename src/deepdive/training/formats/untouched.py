"""Run steps of a task as if they had never been."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from deepdive.training.loop.random_state import random_tensors, restore_random_tensors
from deepdive.training.task import Task


@contextmanager
def untouched(task: Task) -> Iterator[None]:
    """Whatever steps inside the block do to a task, it is afterwards as it was before, to the last bit.

    The block works on copies of the weights and buffers. Gradients, metrics, modes, the attributes of every module and
    the random generators, global ones and those that modules hold, are put back. What a step reaches by other ways,
    such as a file, is not.
    """
    random = random_tensors()
    kept = [_Kept(thing) for thing in (*task.modules(), *task.metrics.values())]
    tensors = list({id(t): t for t in (*task.parameters(), *task.buffers())}.values())
    before = [(tensor.data, tensor.grad) for tensor in tensors]
    for tensor in tensors:
        tensor.data = tensor.data.clone()
        tensor.grad = None
    try:
        yield
    finally:
        for each in kept:
            each.put_back()
        for tensor, (data, gradient) in zip(tensors, before, strict=True):
            tensor.data, tensor.grad = data, gradient
        restore_random_tensors(random)


class _Kept:
    """What an object's attributes are and hold: containers one level deep, tensors and generators by value."""

    def __init__(self, thing: object) -> None:
        self._attributes = vars(thing)
        self._before = dict(self._attributes)
        values = self._before.items()
        self._containers = {name: copy.copy(value) for name, value in values if isinstance(value, dict | list | set)}
        self._tensors = {name: value.detach().clone() for name, value in values if isinstance(value, Tensor)}
        self._generators = {name: value.get_state() for name, value in values if isinstance(value, torch.Generator)}

    def put_back(self) -> None:
        for name in self._attributes.keys() - self._before.keys():
            del self._attributes[name]
        self._attributes.update(self._before)
        for name, content in self._containers.items():
            _refill(self._before[name], content)
        for name, value in self._tensors.items():
            self._before[name].detach().copy_(value)
        for name, state in self._generators.items():
            self._before[name].set_state(state)


def _refill(container: Any, content: Any) -> None:
    container.clear()
    container.extend(content) if isinstance(container, list) else container.update(content)
