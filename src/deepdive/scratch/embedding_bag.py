"""One vector for several categories: the sum, mean or maximum of theirs (D2L section 15.1)."""

# ruff: noqa: D102 (what forward computes is said by its class)

from typing import Literal

import torch
from jaxtyping import Float, Int32, Int64
from torch import Tensor
from torch.nn import Module, Parameter

from deepdive.checks import check_dtype, check_same_shape, shown
from deepdive.scratch import init
from deepdive.scratch._arguments import check_flags, check_option, check_sizes, checked

Mode = Literal["sum", "mean", "max"]
Indices = Int64[Tensor, "..."] | Int32[Tensor, "..."]


class EmbeddingBag(Module):
    """``y[b] = Σᵢ weight[input[b, i]]``, or their mean, or the largest of each feature, in the bag ``b``.

    Input ``(bags, size)``, or all bags one after the other, ``(n,)``, with ``offsets`` that say where each begins (and,
    with ``include_last_offset``, where the last ends). ``per_sample_weights`` in the shape of the input scale the
    vectors of a sum. An empty bag is 0; ``padding_idx`` counts nowhere and gets no gradient. Rows start normal with
    standard deviation 1 (Joulin et al., 2017).

    Raises:
        ValueError: ``padding_idx`` is not among the categories, offsets do not begin at 0 or lie outside, weights are
            given for another mode than "sum", or (checked on the CPU) the input is out of range.
    """

    weight: Tensor

    @checked
    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        *,
        mode: Mode = "mean",
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        check_sizes(0, num_embeddings=num_embeddings, embedding_dim=embedding_dim)
        check_option("mode", mode, Mode)
        check_flags(include_last_offset=include_last_offset)
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise ValueError(f"padding_idx must be within the {num_embeddings} embeddings, got {padding_idx}")
            padding_idx %= num_embeddings
        self.num_embeddings, self.embedding_dim = int(num_embeddings), int(embedding_dim)
        self.mode: Mode = mode
        self.include_last_offset = include_last_offset
        self.padding_idx = padding_idx
        self.weight = Parameter(torch.empty(num_embeddings, embedding_dim, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the vectors anew."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with torch.no_grad():
                self.weight[self.padding_idx] = 0

    @checked
    def forward(
        self, input: Indices, offsets: Indices | None = None, per_sample_weights: Float[Tensor, "..."] | None = None
    ) -> Float[Tensor, "bags embedding_dim"]:
        if per_sample_weights is not None:
            check_same_shape("per_sample_weights", per_sample_weights, "input", input)
            if self.mode != "sum":
                raise ValueError(f"mode must be 'sum' with per_sample_weights, got {self.mode!r}")
        check_dtype("weight", self.weight, "floating-point")
        bag, bags = self._bags(input, offsets)
        index = input.flatten().long()
        _check_indices(index, self.num_embeddings)
        kept = torch.ones_like(index, dtype=torch.bool) if self.padding_idx is None else index != self.padding_idx
        rows = self.weight.index_select(0, index)
        if self.mode == "max":
            return self._largest(rows, kept, bag, bags)
        if per_sample_weights is not None:
            rows = rows * per_sample_weights.flatten().unsqueeze(1)
        rows = torch.where(kept.unsqueeze(1), rows, 0.0)
        y = rows.new_zeros(bags + 1, self.embedding_dim).index_add(0, bag, rows)[:bags]
        if self.mode == "sum":
            return y
        count = y.new_zeros(bags + 1).index_add(0, bag, kept.to(y.dtype))[:bags]
        return y / count.clamp(min=1).unsqueeze(1)

    def _bags(self, input: Tensor, offsets: Tensor | None) -> tuple[Int64[Tensor, " n"], int]:
        """The bag of every category, and how many bags there are; what lies behind the last is in one more."""
        if input.ndim == 2:
            if offsets is not None:
                raise ValueError(f"offsets must be None where input has two dimensions, got {shown(offsets.shape)}")
            bags = torch.arange(len(input), device=input.device)
            return bags.repeat_interleave(input.shape[1]), len(input)
        if input.ndim != 1:
            raise ValueError(f"input must have one or two dimensions, got shape {shown(input.shape)}")
        if offsets is None or offsets.ndim != 1:
            words = "None" if offsets is None else f"shape {shown(offsets.shape)}"
            raise ValueError(f"offsets must have one dimension where input has one, got {words}")
        _check_offsets(offsets, len(input))
        place = torch.arange(len(input), device=input.device)
        bags = len(offsets) - 1 if self.include_last_offset else len(offsets)
        return torch.bucketize(place, offsets.long(), right=True) - 1, bags

    def _largest(self, rows: Tensor, kept: Tensor, bag: Tensor, bags: int) -> Tensor:
        places = bag.unsqueeze(1).expand_as(rows)
        rows = torch.where(kept.unsqueeze(1), rows, float("-inf"))
        y = rows.new_full((bags + 1, self.embedding_dim), float("-inf"))
        y = y.scatter_reduce(0, places, rows, "amax", include_self=False)[:bags]
        return torch.where(y == float("-inf"), 0.0, y)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}, mode={self.mode!r}{padding}"


def _check_indices(index: Tensor, rows: int) -> None:
    # Reading a value off a GPU would stall it, and compiled code checks its indices by itself.
    if index.device.type != "cpu" or torch.compiler.is_compiling() or not index.numel():
        return
    low, high = index.aminmax()
    if low < 0 or high >= rows:
        raise ValueError(f"input must hold numbers in [0, {rows}), got {int(low if low < 0 else high)}")


def _check_offsets(offsets: Tensor, length: int) -> None:
    if offsets.device.type != "cpu" or torch.compiler.is_compiling():
        return
    if not len(offsets) or offsets[0] != 0 or (offsets.diff() < 0).any() or offsets[-1] > length:
        raise ValueError(f"offsets must begin at 0, not fall, and be at most {length}, got {offsets.tolist()}")
