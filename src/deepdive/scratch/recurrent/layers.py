"""Recurrent layers over whole sequences (D2L sections 9.4-9.6 and 10.1-10.4).

Sequences ``input`` are ``(steps, batch, input_size)``, or ``(batch, steps, input_size)`` with ``batch_first``; one is
``(steps, input_size)``; several of different lengths are a ``PackedSequence``. ``output`` has the same form, with the
``hidden_size`` units ``h`` of the last layer, of both directions side by side where there are two. States, those to
begin with (``hx``, 0 if not given) and those at the end, are ``(num_layers · directions, batch, hidden_size)``, without
``batch`` for one sequence. In training, ``dropout`` acts on the outputs of all layers but the last.

Per layer and direction there are ``weight_ih_l0``, ``weight_hh_l0``, ``bias_ih_l0`` and ``bias_hh_l0``, of layer 1
``weight_ih_l1`` and so on, of the direction from the end ``weight_ih_l0_reverse``; they start uniform in
±1/√hidden_size. The inputs of all steps are projected by one matrix product; the recurrence needs one per step.
"""

# ruff: noqa: D102 (what forward computes is said by its class)

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.scratch._arguments import checked
from deepdive.scratch.recurrent._equations import GRU as GRU_EQUATIONS
from deepdive.scratch.recurrent._equations import LSTM as LSTM_EQUATIONS
from deepdive.scratch.recurrent._equations import plain
from deepdive.scratch.recurrent._layer import Input, Output, RecurrentLayer
from deepdive.scratch.recurrent._parts import check_pair

States = Float[Tensor, "*layers_and_batch h"]
Outputs = Float[Tensor, "*layers_and_batch h_out"]
"""The last outputs, which ``proj_size`` may make narrower than cells are."""


class RNN(RecurrentLayer):
    """``h' = tanh(input · weight_ihᵀ + bias_ih + h · weight_hhᵀ + bias_hh)``, or ``max(..., 0)`` with "relu".

    Gives ``output, h``; shapes are those of the module's first lines (Elman, 1990; D2L section 9.4).

    Raises:
        ValueError: ``nonlinearity`` is neither "tanh" nor "relu", ``dropout`` is outside of [0, 1], a size is below 1,
            or the input or ``hx`` has another shape than it must have.
    """

    @checked
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: Literal["tanh", "relu"] = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            plain(nonlinearity), input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device,
            dtype,
        )  # fmt: skip
        self.nonlinearity = nonlinearity

    @checked
    def forward(self, input: Input, hx: States | None = None) -> tuple[Output, States]:
        output, (h,) = self.run(input, None if hx is None else (hx,))
        return output, h


class LSTM(RecurrentLayer):
    """Long short-term memory: what ``c`` keeps, takes in and shows is decided by gates between 0 and 1.

    ``gates = input · weight_ihᵀ + bias_ih + h · weight_hhᵀ + bias_hh``, ``i, f, g, o = gates.chunk(4, dim=-1)``,
    ``c' = σ(f) c + σ(i) tanh(g)``, ``h' = σ(o) tanh(c')``; with ``proj_size`` ``h' = weight_hr · (σ(o) tanh(c'))``, of
    ``proj_size`` units in the place of ``hidden_size`` (Sak et al., 2014).

    Gives ``output, (h, c)`` and takes such a pair as ``hx``; shapes are those of the module's first lines (Hochreiter
    and Schmidhuber, 1997; Gers et al., 2000; D2L section 10.1).

    Raises:
        TypeError: ``hx`` is not a pair.
        ValueError: ``dropout`` is outside of [0, 1], a size is below 1, ``proj_size`` is not
            below ``hidden_size``, or the input or ``hx`` has another shape than
            it must have.
    """

    @checked
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        *,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            LSTM_EQUATIONS, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device,
            dtype, proj_size,
        )  # fmt: skip

    @checked
    def forward(self, input: Input, hx: tuple[Outputs, States] | None = None) -> tuple[Output, tuple[Outputs, States]]:
        check_pair(type(self).__name__, hx)
        output, (h, c) = self.run(input, hx)
        return output, (h, c)


class GRU(RecurrentLayer):
    """Gated recurrent units: ``z`` is the part of ``h`` to keep, ``r`` the part of it that the candidate ``n`` sees.

    With ``x = input · weight_ihᵀ + bias_ih`` and ``y = h · weight_hhᵀ + bias_hh``, each in three chunks:
    ``r = σ(x_r + y_r)``, ``z = σ(x_z + y_z)``, ``n = tanh(x_n + r y_n)``, ``h' = (1 - z) n + z h``.

    Gives ``output, h``; shapes are those of the module's first lines (Cho et al., 2014; D2L section 10.2, where
    ``r`` stands before the product with the weight).

    Raises:
        ValueError: ``dropout`` is outside of [0, 1], a size is below 1, or the input or ``hx`` has another shape than
            it must have.
    """

    @checked
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            GRU_EQUATIONS, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device, dtype
        )

    @checked
    def forward(self, input: Input, hx: States | None = None) -> tuple[Output, States]:
        output, (h,) = self.run(input, None if hx is None else (hx,))
        return output, h
