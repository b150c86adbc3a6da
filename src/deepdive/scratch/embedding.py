"""Vectors for categories, learnt (D2L section 15.1; Bengio et al., 2003)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import torch
from jaxtyping import Float, Int32, Int64
from torch import Tensor
from torch.nn import Module, Parameter

from deepdive.scratch import init
from deepdive.scratch._arguments import check_sizes, checked


class Embedding(Module):
    """``y = weight[input]``: row ``i`` of the table is the vector of category ``i``.

    Input ``(*)`` with whole numbers in ``[0, num_embeddings)``, output ``(*, embedding_dim)``, weight
    ``(num_embeddings, embedding_dim)``. It is the product of a one-hot vector and the weight without the
    multiplications. Rows start normal with standard deviation 1; that of ``padding_idx`` is 0 and gets no gradient.

    Raises:
        TypeError: the input is of another dtype than int64 or int32.
        ValueError: ``padding_idx`` is not among the categories, or (checked on the CPU; a GPU reports it by itself) the
            input is not.
    """

    weight: Tensor

    @checked
    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        *,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        check_sizes(0, num_embeddings=num_embeddings, embedding_dim=embedding_dim)
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise ValueError(f"padding_idx must be within the {num_embeddings} embeddings, got {padding_idx}")
            padding_idx %= num_embeddings
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
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
        self, input: Int64[Tensor, "*shape"] | Int32[Tensor, "*shape"]
    ) -> Float[Tensor, "*shape embedding_dim"]:
        self._check(input)
        y = self.weight.index_select(0, input.reshape(-1)).view(*input.shape, self.embedding_dim)
        if self.padding_idx is not None:  # the value of the row, without its gradient
            padded = (input == self.padding_idx).unsqueeze(-1)
            y = torch.where(padded, y.detach(), y)
        return y

    def _check(self, input: Tensor) -> None:
        # Reading a value off a GPU would stall it, and compiled code checks its indices by itself.
        if input.device.type != "cpu" or torch.compiler.is_compiling() or not input.numel():
            return
        low, high = input.aminmax()
        if low < 0 or high >= self.num_embeddings:
            wrong = int(low if low < 0 else high)
            raise ValueError(f"input must hold numbers in [0, {self.num_embeddings}), got {wrong}")

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"
