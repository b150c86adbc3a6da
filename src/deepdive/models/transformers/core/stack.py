"""The core that BERT, GPT-2, T5 and the translation transformer share: blocks over blocks."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from deepdive.models.transformers.core.attention import KeyValues, Mask, causal_mask
from deepdive.models.transformers.core.block import Block
from deepdive.models.transformers.core.positions import RelativeBias
from deepdive.signatures import checked
from deepdive.toolkit import Toolkit

Past = tuple[KeyValues, ...]
"""Keys and values of all positions so far, one for each block."""


class Memory(NamedTuple):
    """An encoder's output as each block of a decoder attends to it, and where it may."""

    blocks: Past
    mask: Tensor | None

    def select(self, rows: Int64[Tensor, " m"]) -> "Memory":
        """These rows of the batch, which may repeat."""
        mask = None if self.mask is None else self.mask.index_select(0, rows)
        return Memory(tuple(block.select(rows) for block in self.blocks), mask)


@checked
class Stack(torch.nn.Module):
    """``x_{l+1} = block_l(x_l)``, and a last norm where the blocks are pre-norm.

    A causal stack may be called piece by piece: what a call gives as its second part is the ``past`` of the next one.

    Args:
        blocks: from the first to the last.
        causal: whether positions attend only to those before them and to themselves.
        norm: the last norm, if any.
        relative: a bias of the scores by distance, one for all blocks.

    Raises:
        ValueError: there is no block.
    """

    def __init__(
        self,
        blocks: Sequence[Block],
        *,
        causal: bool = False,
        norm: torch.nn.Module | None = None,
        relative: RelativeBias | None = None,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        if not blocks:
            raise ValueError("blocks is empty; there must be at least 1 layer")
        self.causal = causal
        self.blocks = nn.ModuleList(blocks)
        self.norm = norm
        self.relative = relative

    def forward(
        self,
        x: Float[Tensor, "b t hidden_size"],
        mask: Bool[Tensor, "#b #h #t k"] | None = None,
        past: Past | None = None,
        memory: Memory | None = None,
    ) -> tuple[Float[Tensor, "b t hidden_size"], Past]:
        """Vectors of all positions, and keys and values of these and of those before.

        ``mask`` is true where a position may attend, e.g. a `length_mask`; ``memory`` is what `remember` gave.
        """
        both, is_causal = self._mask(x, mask, 0 if past is None else past[0].keys.shape[2])
        seen = []
        for i, block in enumerate(self.blocks):
            x, keys_values = block(
                x,
                both,
                is_causal,
                None if past is None else past[i],
                None if memory is None else memory.blocks[i],
                None if memory is None else memory.mask,
            )
            seen.append(keys_values)
        return x if self.norm is None else self.norm(x), tuple(seen)

    def remember(
        self, memory: Float[Tensor, "b s hidden_size"], mask: Bool[Tensor, "#b 1 1 s"] | None = None
    ) -> Memory:
        """A memory for every block's cross-attention, computed once.

        Raises:
            ValueError: the blocks have no cross-attention.
        """
        blocks: list[Block] = list(self.blocks)  # pyright: ignore[reportAssignmentType] (a list of modules)
        return Memory(tuple(block.remember(memory) for block in blocks), mask)

    def _mask(self, x: Tensor, mask: Tensor | None, before: int) -> tuple[Mask | None, bool]:
        """Where positions may attend, all rules in one; or the word causal alone, which is cheaper."""
        queries = x.shape[1]
        keys = before + queries
        if self.causal and queries > 1:
            if mask is None and before == 0 and self.relative is None:
                return None, True
            earlier = causal_mask(queries, keys, device=x.device)[None, None]
            mask = earlier if mask is None else mask & earlier
        if self.relative is None:
            return mask, False
        bias = self.relative(queries, keys)
        return (bias if mask is None else bias.masked_fill(~mask, -torch.inf)), False


def select_past(past: Past, rows: Int64[Tensor, " m"]) -> Past:
    """The past of these rows of the batch, which may repeat."""
    return tuple(block.select(rows) for block in past)
