import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
import pytest
import torch
from jaxtyping import Bool, Float, Int64, Integer, Shaped
from torch import Tensor

from deepdive.signatures import checked


@runtime_checkable
class Steps(Protocol):
    def step(self) -> None: ...


class Free(Protocol):
    def step(self) -> None: ...


@checked
def f(
    x: Float[Tensor, "n d"] = None,
    y: Float[Tensor, "n d"] = None,
    labels: Integer[Tensor, " n"] | None = None,
    *,
    images: Float[Tensor, "n *size 3"] = None,
    more: Float[Tensor, "n *size 3"] = None,
    any_shape: Shaped[Tensor, "..."] = None,
    behind: Float[Tensor, "... d"] = None,
    mask: Bool[Tensor, "#n #d"] = None,
    lengths: Int64[Tensor, " b"] | Int64[Tensor, "b q"] = None,
    width: float | Float[Tensor, ""] = 1.0,
    array: Integer[np.ndarray, " n"] = None,
    matrices: Sequence[Float[Tensor, "_ _"]] = (),
    plain: Sequence[Tensor] = (),
    scalar: Float[Tensor, ""] = None,
    k: int = 1,
    rate: float = 1.0,
    bound: int | float | None = None,
    flag: bool = False,
    name: str = "",
    method: Literal["auto", "normal"] = "auto",
    words: Sequence[str] = (),
    sentences: Sequence[Sequence[str]] = (),
    interval: tuple[int | float, int | float] = (0, 1),
    batch: tuple[Tensor, ...] = (),
    weights: Iterable[Tensor] = (),
    panels: Mapping[str, Float[Tensor, "n d"]] = {},
    function: Callable[[Tensor], Tensor] = abs,
    stepper: Steps = None,
    free: Free = None,
    generator: torch.Generator | None = None,
    anything: Any = None,
) -> str:
    return "done"


X = torch.ones(3, 2)


class Stepper:
    def step(self):
        return None


GOOD = [
    {},
    {"x": X, "y": X + 1, "labels": torch.tensor([0, 1, 2], dtype=torch.uint8)},
    {"x": X, "labels": None},
    {"x": X.bfloat16(), "y": X.double()},
    {"x": torch.ones(0, 2)},
    {"images": torch.ones(3, 4, 5, 3), "more": torch.zeros(3, 4, 5, 3), "x": X},
    {"images": torch.ones(3, 3), "more": torch.ones(3, 3)},
    {"any_shape": torch.tensor(True)},
    {"x": X, "behind": torch.ones(7, 1, 2)},
    {"x": X, "mask": torch.ones(1, 2, dtype=torch.bool)},
    {"x": X, "mask": torch.ones(3, 1, dtype=torch.bool)},
    {"lengths": torch.tensor([1])},
    {"lengths": torch.tensor([[1]])},
    {"width": 2},
    {"width": torch.tensor(2.0)},
    {"array": np.array([1, 2])},
    {"matrices": [torch.ones(1, 2), torch.ones(3, 4)]},
    {"k": np.int32(3)},
    {"rate": 1},
    {"rate": np.float32(1)},
    {"rate": float("inf")},
    {"bound": None},
    {"bound": 0.5},
    {"flag": True},
    {"method": "normal"},
    {"words": ("a", "b")},
    {"words": np.array(["a", "b"])},
    {"sentences": [["a"], []]},
    {"interval": [0, 0.5]},
    {"batch": (X, X)},
    {"weights": (p for p in [X])},
    {"panels": {"a": X}},
    {"function": len},
    {"stepper": Stepper(), "free": 1, "anything": object()},
    {"generator": torch.Generator()},
]

BAD = [
    ({"x": [[1.0]]}, TypeError, "x must be a floating-point tensor, got list"),
    ({"x": None}, TypeError, "x must be a floating-point tensor, got None"),
    ({"x": X.long()}, TypeError, "x must be a floating-point tensor, got int64 of shape (3, 2)"),
    ({"x": X[0]}, ValueError, "x must have shape (n, d), got (2,)"),
    ({"x": X[0, 0]}, ValueError, "x must have shape (n, d), got ()"),
    ({"x": X, "y": X[:, :1]}, ValueError, "y must have shape (n=3, d=2), got (3, 1)"),
    ({"x": X, "y": X[:1]}, ValueError, "y must have shape (n=3, d=2), got (1, 2)"),
    ({"x": X, "labels": torch.zeros(3, 1).long()}, ValueError, "labels must have shape (n=3,), got (3, 1)"),
    (
        {"labels": torch.zeros(3)},
        TypeError,
        "labels must be an integer tensor or None, got float32 of shape (3,)",
    ),
    (
        {"labels": torch.zeros(3).bool()},
        TypeError,
        "labels must be an integer tensor or None, got bool of shape (3,)",
    ),
    (
        {"images": torch.ones(3, 4, 5, 3), "more": torch.ones(3, 4, 1, 3)},
        ValueError,
        "more must have shape (n=3, 4, 5, 3), got (3, 4, 1, 3)",
    ),
    ({"images": torch.ones(3)}, ValueError, "images must have shape (n, *size, 3), got (3,)"),
    ({"images": torch.ones(2, 4)}, ValueError, "images must have shape (n=2, *size, 3), got (2, 4)"),
    ({"x": X, "behind": torch.ones(2, 3)}, ValueError, "behind must have shape (..., d=2), got (2, 3)"),
    (
        {"x": X, "mask": torch.ones(2, 2).bool()},
        ValueError,
        "mask must have shape (#n=3, #d=2), got (2, 2)",
    ),
    (
        {"lengths": torch.ones(1, 1, 1).long()},
        ValueError,
        "lengths must have shape (b,) or (b, q), got int64 of shape (1, 1, 1)",
    ),
    ({"lengths": torch.tensor([1.0])}, TypeError, "lengths must be an int64 tensor, got float32 of shape (1,)"),
    ({"width": torch.ones(1)}, ValueError, "width must have shape (), got (1,)"),
    ({"width": "1"}, TypeError, "width must be a number or a floating-point tensor, got the string '1'"),
    ({"array": torch.tensor([1])}, TypeError, "array must be an integer array, got int64 of shape (1,)"),
    ({"array": np.array([1.5])}, TypeError, "array must be an integer array, got float64 of shape (1,)"),
    ({"matrices": [X, X[0]]}, ValueError, "matrices[1] must have shape (_, _), got (2,)"),
    ({"matrices": X}, TypeError, "matrices must be a sequence of floating-point tensors, got float32 of shape (3, 2)"),
    ({"plain": [1]}, TypeError, "plain[0] must be a tensor, got 1"),
    ({"scalar": torch.ones(1)}, ValueError, "scalar must have shape (), got (1,)"),
    ({"k": 2.0}, TypeError, "k must be an integer, got 2.0"),
    ({"k": True}, TypeError, "k must be an integer, got True"),
    ({"k": torch.tensor(1)}, TypeError, "k must be an integer, got int64 of shape ()"),
    ({"rate": "0.1"}, TypeError, "rate must be a number, got the string '0.1'"),
    ({"rate": float("nan")}, ValueError, "rate must be a number, got nan"),
    ({"rate": 1j}, TypeError, "rate must be a number, got 1j"),
    ({"bound": [1]}, TypeError, "bound must be a number or None, got list"),
    ({"bound": float("nan")}, ValueError, "bound must be a number, got nan"),
    ({"flag": 1}, TypeError, "flag must be True or False, got 1"),
    ({"name": 3}, TypeError, "name must be a string, got 3"),
    ({"method": "qr"}, ValueError, "method must be 'auto' or 'normal', got 'qr'"),
    ({"words": "abc"}, TypeError, "words must be a sequence of strings, got the string 'abc'"),
    ({"words": {"a"}}, TypeError, "words must be a sequence of strings, got set"),
    ({"words": ["a", None]}, TypeError, "words[1] must be a string, got None"),
    (
        {"sentences": ["one two"]},
        TypeError,
        "sentences[0] must be a sequence of strings, got the string 'one two'",
    ),
    ({"interval": (0,)}, ValueError, "interval must be a sequence of 2 numbers, got 1"),
    ({"interval": (0, "1")}, TypeError, "interval[1] must be a number, got the string '1'"),
    ({"batch": X}, TypeError, "batch must be a sequence of tensors, got float32 of shape (3, 2)"),
    ({"weights": X}, TypeError, "weights must be several tensors, got float32 of shape (3, 2)"),
    ({"weights": 1}, TypeError, "weights must be several tensors, got 1"),
    ({"panels": [X]}, TypeError, "panels must be a mapping to floating-point tensors, got list"),
    ({"panels": {"a": X, "b": X[:1]}}, ValueError, "panels['b'] must have shape (n=3, d=2), got (1, 2)"),
    ({"function": "abs"}, TypeError, "function must be callable, got the string 'abs'"),
    ({"stepper": 1}, TypeError, "stepper must be a Steps, got 1"),
    ({"generator": 0}, TypeError, "generator must be a Generator or None, got 0"),
]


@pytest.mark.parametrize("arguments", GOOD)
def test_what_the_signature_says_passes(arguments):
    assert f(**arguments) == "done"


@pytest.mark.parametrize(("arguments", "error", "message"), BAD, ids=[message for _, _, message in BAD])
def test_what_it_does_not_say_is_refused_by_name(arguments, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        f(**arguments)


def test_positions_are_checked_as_names_are():
    assert f(X, X, torch.arange(3)) == "done"
    with pytest.raises(ValueError, match=re.escape("y must have shape (n=3, d=2), got (3, 1)")):
        f(X, X[:, :1])


def test_too_many_and_unknown_arguments_fail_as_ever():
    with pytest.raises(TypeError, match="positional"):
        f(X, X, None, 1)
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        f(z=1)


def test_a_class_checks_its_constructor_and_stays_what_it_is():
    @checked
    @dataclass(frozen=True)
    class Model:
        """Words."""

        weight: Float[Tensor, " d"]
        steps: int = 0

        @checked
        def predict(self, x: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
            return x @ self.weight

    model = Model(torch.tensor([1.0, 2.0]), 3)
    assert model.predict(X).tolist() == [3.0, 3.0, 3.0]
    assert (Model.__name__, Model.__doc__, model.steps) == ("Model", "Words.", 3)
    with pytest.raises(ValueError, match=re.escape("weight must have shape (d,), got (1, 2)")):
        Model(X[:1])
    with pytest.raises(TypeError, match="x must be a floating-point tensor, got list"):
        model.predict([[1.0, 2.0]])


def test_name_words_and_signature_stay():
    def g(x: int = 1) -> int:
        """Words."""
        return x

    kept = checked(g)
    assert (kept.__name__, kept.__doc__, kept.__wrapped__) == ("g", "Words.", g)


def test_it_compiles_whole():
    @checked
    def total(x: Float[Tensor, "n d"], y: Float[Tensor, "n d"], factor: int | float = 2) -> Float[Tensor, ""]:
        return (x * y).sum() * factor

    compiled = torch.compile(total, backend="eager", fullgraph=True)
    assert compiled(X, 2 * X) == total(X, 2 * X) == 24
