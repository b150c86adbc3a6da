"""What all recurrent layers share: their parameters, the forms of their inputs, layers upon layers, two directions."""

import warnings

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn import Module, Parameter
from torch.nn.utils.rnn import PackedSequence

from deepdive.checks import check_number
from deepdive.scratch._arguments import check_flags, check_probability, check_sizes
from deepdive.scratch._precision import product_type
from deepdive.scratch.dropout import dropout
from deepdive.scratch.recurrent._equations import Equations, State
from deepdive.scratch.recurrent._parts import check_input, check_state, reset_uniform
from deepdive.scratch.recurrent._unrolling import project, unroll

Input = Float[Tensor, "*batch_and_steps features"] | PackedSequence
"""Sequences of equal lengths, or packed."""
Output = Float[Tensor, "*batch_and_steps units"] | PackedSequence
"""The same with the units of the last layer."""


class RecurrentLayer(Module):
    """Layers of the given ``equations`` upon each other, each read in one direction or in two."""

    def __init__(
        self,
        equations: Equations,
        input_size: int,
        hidden_size: int,
        num_layers: int,
        bias: bool,
        batch_first: bool,
        dropout: float,
        bidirectional: bool,
        device: torch.device | str | None,
        dtype: torch.dtype | None,
        proj_size: int = 0,
    ) -> None:
        super().__init__()
        check_sizes(input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        check_flags(bias=bias, batch_first=batch_first, bidirectional=bidirectional)
        check_probability("dropout", dropout)
        check_number("dropout", dropout)
        if dropout > 0 and num_layers == 1:
            warnings.warn(f"dropout={dropout} has no effect: it acts between layers, and num_layers is 1", stacklevel=3)
        if not 0 <= proj_size < hidden_size:
            raise ValueError(f"proj_size must be at least 0 and below hidden_size={hidden_size}, got {proj_size}")
        self._equations = equations
        self.input_size, self.hidden_size = int(input_size), int(hidden_size)
        self.num_layers = int(num_layers)
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = int(proj_size)
        rows, outputs = equations.gates * hidden_size, proj_size or hidden_size
        for layer in range(num_layers):
            features = input_size if layer == 0 else outputs * len(self._directions)
            for end in self._directions:
                shapes = {"weight_ih": (rows, features), "weight_hh": (rows, outputs)}
                if bias:
                    shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
                if proj_size:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                for name, shape in shapes.items():
                    parameter = Parameter(torch.empty(shape, device=device, dtype=dtype))
                    self.register_parameter(f"{name}_l{layer}{end}", parameter)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and biases anew, uniform in ±1/√hidden_size."""
        reset_uniform(self, self.hidden_size)

    @property
    def _directions(self) -> tuple[str, ...]:
        """How the names of their parameters end."""
        return ("", "_reverse") if self.bidirectional else ("",)

    def run(self, input: Input, hx: State | None) -> tuple[Output, State]:
        """``h`` of the last layer at every step, and the last state of every layer and direction.

        Raises:
            ValueError: the input or a tensor of ``hx`` has another shape than it must have.
        """
        return self._packed(input, hx) if isinstance(input, PackedSequence) else self._padded(input, hx)

    def _packed(self, input: PackedSequence, hx: State | None) -> tuple[PackedSequence, State]:
        data, sizes, order, back = input
        if len(data) != int(sizes.sum()):
            raise ValueError(f"input must have as many rows of data as its batch_sizes say, got {len(data)}")
        check_input(data, (2,), self.input_size, self._parameters_of("_l0")[0])
        initial = (_reordered(s, order) for s in self._initial(data, (int(sizes[0]),), hx, packed=True))
        h, final = self._stacked(data, sizes.tolist(), tuple(initial))
        return PackedSequence(h, sizes, order, back), tuple(_reordered(s, back) for s in final)

    def _padded(self, input: Tensor, hx: State | None) -> tuple[Tensor, State]:
        """Sequences of equal lengths are packed ones of which none ends early."""
        check_input(input, (2, 3), self.input_size, self._parameters_of("_l0")[0])
        one = input.ndim == 2
        batch_dim = 0 if self.batch_first and not one else 1
        x = (input.unsqueeze(1) if one else input).movedim(batch_dim, 1)  # (t, b, features)
        steps, batch = x.shape[:2]
        if steps == 0:
            raise ValueError(f"input must have at least one step, got shape {tuple(input.shape)}")
        initial = self._initial(x, () if one else (batch,), hx)
        initial = tuple(s.unsqueeze(1) for s in initial) if one else initial
        h, final = self._stacked(x.flatten(0, 1), [batch] * steps, initial)
        h = h.unflatten(0, (steps, batch)).movedim(1, batch_dim)
        return (h.squeeze(1), tuple(s.squeeze(1) for s in final)) if one else (h, final)

    def _stacked(
        self, x: Float[Tensor, "rows features"], sizes: list[int], initial: State
    ) -> tuple[Float[Tensor, "rows outputs"], State]:
        """Layers upon each other, dropout between them."""
        states = zip(*(s.unbind(0) for s in initial), strict=True)
        finals = []
        for layer in range(self.num_layers):
            if layer > 0 and self.training:
                x = dropout(x, self.dropout)
            outputs = []
            for end in self._directions:
                weight_ih, weight_hh, bias_ih, bias_hh = self._parameters_of(f"_l{layer}{end}")
                projected = project(x, weight_ih, bias_ih)
                reverse = end == "_reverse"
                weight_hr = getattr(self, f"weight_hr_l{layer}{end}", None)
                h, final = unroll(
                    self._equations, projected, sizes, next(states), weight_hh, bias_hh, weight_hr, reverse=reverse
                )
                outputs.append(h)
                finals.append(final)
            x = torch.cat(outputs, dim=-1) if self.bidirectional else outputs[0]
        return x, tuple(torch.stack(parts) for parts in zip(*finals, strict=True))

    def _parameters_of(self, end: str) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
        weights = getattr(self, f"weight_ih{end}"), getattr(self, f"weight_hh{end}")
        return *weights, getattr(self, f"bias_ih{end}", None), getattr(self, f"bias_hh{end}", None)

    def _initial(self, x: Tensor, batch: tuple[int, ...], hx: State | None, *, packed: bool = False) -> State:
        """``hx`` if it fits, 0 if there is none."""
        lead = (self.num_layers * len(self._directions), *batch)
        shapes = ((*lead, self.proj_size or self.hidden_size), (*lead, self.hidden_size))
        # On the CPU the library's layer for packed sequences is not the one that rounds.
        rounded = self._equations.rounded and not (packed and x.device.type == "cpu")
        dtype = product_type(x) if rounded else x.dtype
        if hx is None:
            zeros = (torch.zeros(shape, dtype=dtype, device=x.device) for shape in shapes)
            return tuple(zeros)[: self._equations.states]
        for name, s, shape in zip("hc", hx, shapes, strict=False):
            size = "proj_size" if self.proj_size and name == "h" else "hidden_size"
            words = f"num_layers · directions, batch, {size}" if batch else f"num_layers · directions, {size}"
            check_state(name, s, words, shape, x)
        return tuple(s.to(dtype) for s in hx)

    def extra_repr(self) -> str:
        """What differs from the defaults."""
        words = [str(self.input_size), str(self.hidden_size)]
        words += [f"proj_size={self.proj_size}"] * bool(self.proj_size)
        defaults = {"num_layers": 1, "bias": True, "batch_first": False, "dropout": 0, "bidirectional": False}
        words += [f"{n}={getattr(self, n)}" for n, default in defaults.items() if getattr(self, n) != default]
        return ", ".join(words)


def _reordered(s: Float[Tensor, "layers b h"], order: Int64[Tensor, " b"] | None) -> Float[Tensor, "layers b h"]:
    """The sequences of a batch in another order."""
    return s if order is None else s.index_select(1, order)
