"""The base of tasks: torch's Module that remembers what it was made with (D2L section 3.2)."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from torch import nn


class Module(nn.Module):
    """A ``torch.nn.Module`` that keeps the arguments of its constructor in ``hyperparameters``.

    Nothing needs to be called or listed: the arguments of the outermost ``__init__`` are recorded, with
    their defaults, by name.

    >>> class Scale(Module):
    ...     def __init__(self, factor: float, offset: float = 0.0) -> None:
    ...         super().__init__()
    >>> Scale(2.0).hyperparameters
    {'factor': 2.0, 'offset': 0.0}
    """

    hyperparameters: dict[str, Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in cls.__dict__:
            cls.__init__ = _keeping_arguments(cls.__init__)


def _keeping_arguments(initialise: Callable[..., None]) -> Callable[..., None]:
    signature = inspect.signature(initialise)

    @functools.wraps(initialise)
    def wrapper(self: Module, *args: Any, **kwargs: Any) -> None:
        if "hyperparameters" not in self.__dict__:  # a subclass that calls super().__init__ has set it
            bound = signature.bind(self, *args, **kwargs)
            bound.apply_defaults()
            self.__dict__["hyperparameters"] = dict(list(bound.arguments.items())[1:])
        initialise(self, *args, **kwargs)

    return wrapper


def add_to_class(cls: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as a method of a class that exists already (D2L section 3.2.1).

    Instances made before have the method too, which lets a notebook build a class step by step.

    >>> class Greeter:
    ...     name = "Ada"
    >>> greeter = Greeter()
    >>> @add_to_class(Greeter)
    ... def greet(self):
    ...     return f"Hello {self.name}"
    >>> greeter.greet()
    'Hello Ada'
    """

    def register(method: Callable[..., Any]) -> Callable[..., Any]:
        setattr(cls, method.__name__, method)
        return method

    return register
