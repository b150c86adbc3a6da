"""One step of a recurrent network, for loops of one's own (D2L sections 9.5, 10.1 and 10.2)."""

# ruff: noqa: D102 (what forward computes is said by its class)

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module, Parameter

from deepdive.scratch._arguments import check_sizes, checked
from deepdive.scratch.recurrent._equations import GRU, LSTM, Equations, State, plain
from deepdive.scratch.recurrent._parts import check_input, check_pair, check_state, reset_uniform
from deepdive.scratch.recurrent._unrolling import project

Device = torch.device | str | None


class _Cell(Module):
    """One step of the given ``equations``."""

    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor | None
    bias_hh: Tensor | None

    def __init__(
        self,
        equations: Equations,
        input_size: int,
        hidden_size: int,
        bias: bool,
        device: Device,
        dtype: torch.dtype | None,
    ) -> None:
        super().__init__()
        check_sizes(input_size=input_size, hidden_size=hidden_size)
        self._equations = equations
        self.input_size, self.hidden_size = int(input_size), int(hidden_size)
        self.bias = bias
        rows = equations.gates * hidden_size
        self.weight_ih = Parameter(torch.empty(rows, input_size, device=device, dtype=dtype))
        self.weight_hh = Parameter(torch.empty(rows, hidden_size, device=device, dtype=dtype))
        self.bias_ih = Parameter(torch.empty(rows, device=device, dtype=dtype)) if bias else None
        self.bias_hh = Parameter(torch.empty(rows, device=device, dtype=dtype)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and biases anew, uniform in ±1/√hidden_size."""
        reset_uniform(self, self.hidden_size)

    def _step(self, input: Tensor, hx: State | None) -> State:
        """The next state, from 0 if there is none."""
        check_input(input, (1, 2), self.input_size, self.weight_ih)
        shape = (*input.shape[:-1], self.hidden_size)
        state = (input.new_zeros(shape),) * self._equations.states if hx is None else hx
        for name, s in zip("hc", state, strict=False):
            check_state(name, s, "batch, hidden_size" if input.ndim == 2 else "hidden_size,", shape, input)
        one = input.ndim == 1
        if one:
            input, state = input.unsqueeze(0), tuple(s.unsqueeze(0) for s in state)
        x = project(input, self.weight_ih, self.bias_ih)
        y = project(state[0], self.weight_hh, self.bias_hh)
        state = self._equations.step(x, y, state)
        return tuple(s.squeeze(0) for s in state) if one else state

    def extra_repr(self) -> str:
        """What differs from the defaults."""
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")


class RNNCell(_Cell):
    """``h' = tanh(input · weight_ihᵀ + bias_ih + h · weight_hhᵀ + bias_hh)``, or ``max(..., 0)`` with "relu".

    Input ``(batch, input_size)`` or ``(input_size,)``; ``hx`` is ``h`` of shape ``(batch, hidden_size)`` or
    ``(hidden_size,)``, 0 if not given; the output is ``h'``. Weights and biases start uniform in ±1/√hidden_size
    (Elman, 1990; D2L section 9.4).

    Raises:
        ValueError: ``nonlinearity`` is neither "tanh" nor "relu", or the input or ``hx`` has another shape.
    """

    @checked
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: Literal["tanh", "relu"] = "tanh",
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(plain(nonlinearity), input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    @checked
    def forward(
        self, input: Float[Tensor, "*batch inputs"], hx: Float[Tensor, "*batch h"] | None = None
    ) -> Float[Tensor, "*batch h"]:
        (h,) = self._step(input, None if hx is None else (hx,))
        return h

    def extra_repr(self) -> str:
        """What differs from the defaults."""
        more = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}"
        return super().extra_repr() + more


class LSTMCell(_Cell):
    """Long short-term memory: what ``c`` keeps, takes in and shows is decided by gates between 0 and 1.

    ``gates = input · weight_ihᵀ + bias_ih + h · weight_hhᵀ + bias_hh``, ``i, f, g, o = gates.chunk(4, dim=-1)``,
    ``c' = σ(f) c + σ(i) tanh(g)``, ``h' = σ(o) tanh(c')``.

    Input ``(batch, input_size)`` or ``(input_size,)``; ``hx`` is a pair ``(h, c)``, each ``(batch, hidden_size)`` or
    ``(hidden_size,)``, 0 if not given; the output is ``(h', c')``. Weights and biases start uniform in ±1/√hidden_size
    (Hochreiter and Schmidhuber, 1997; Gers et al., 2000; D2L section 10.1).

    Raises:
        TypeError: ``hx`` is not a pair.
        ValueError: the input or ``hx`` has another shape.
    """

    @checked
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(LSTM, input_size, hidden_size, bias, device, dtype)

    @checked
    def forward(
        self,
        input: Float[Tensor, "*batch inputs"],
        hx: tuple[Float[Tensor, "*batch h"], Float[Tensor, "*batch h"]] | None = None,
    ) -> tuple[Float[Tensor, "*batch h"], Float[Tensor, "*batch h"]]:
        check_pair(type(self).__name__, hx)
        h, c = self._step(input, hx)
        return h, c


class GRUCell(_Cell):
    """A gated recurrent unit: ``z`` is the part of ``h`` to keep, ``r`` the part of it that the candidate ``n`` sees.

    With ``x = input · weight_ihᵀ + bias_ih`` and ``y = h · weight_hhᵀ + bias_hh``, each in three chunks:
    ``r = σ(x_r + y_r)``, ``z = σ(x_z + y_z)``, ``n = tanh(x_n + r y_n)``, ``h' = (1 - z) n + z h``.

    Input ``(batch, input_size)`` or ``(input_size,)``; ``hx`` is ``h`` of shape ``(batch, hidden_size)`` or
    ``(hidden_size,)``, 0 if not given; the output is ``h'``. Weights and biases start uniform in ±1/√hidden_size (Cho
    et al., 2014; D2L section 10.2, where ``r`` stands before the product with the weight).

    Raises:
        ValueError: the input or ``hx`` has another shape.
    """

    @checked
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(GRU, input_size, hidden_size, bias, device, dtype)

    @checked
    def forward(
        self, input: Float[Tensor, "*batch inputs"], hx: Float[Tensor, "*batch h"] | None = None
    ) -> Float[Tensor, "*batch h"]:
        (h,) = self._step(input, None if hx is None else (hx,))
        return h
