"""Minibatches that continue each other, so that a recurrent state can be carried from one to the next."""

from collections.abc import Iterator

import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.data.devices import OnDevices
from deepdive.data.loaders import check_place
from deepdive.data.text.windows import check_length, random_offset
from deepdive.data.types import Batch
from deepdive.signatures import checked
from deepdive.targets import IGNORED


@checked
class SequentialWindows:
    """``b`` streams side by side, cut into windows in turn (D2L section 9.3.4, sequential partitioning).

    Batches are ``x``, ``y`` and ``fresh``: row ``i`` of ``x (b, t)`` goes on where row ``i`` of the batch before
    ended, ``y (b, t)`` is one token later, and ``fresh (b,)`` is true where the state carried from the batch before
    must be forgotten: in the first batch of an epoch.

    By default every batch has the shape ``(b, t)``, and the tokens at the end that would not fill another batch are
    left out. With ``cover`` every token but the first is a target exactly once, as evaluation needs it: the last batch
    may be shorter in time, and the last place of the shorter streams has the input 0 and the target -100.

    Args:
        corpus: token ids.
        batch_size: streams, ``b``.
        num_steps: tokens per window, ``t``.
        shift: whether an epoch begins at a random one of the first ``t`` tokens, which depends on ``(seed, epoch)``
            alone.
        cover: whether all tokens are used.
        seed: any integer from 0, for ``shift``.

    Raises:
        ValueError: ``batch_size`` or ``num_steps`` is below 1, the seed is negative, the text is too short for one
            batch, or both ``shift`` and ``cover`` are asked for.

    """

    def __init__(
        self,
        corpus: Int64[Tensor, " n"],
        batch_size: int,
        num_steps: int,
        *,
        shift: bool = False,
        cover: bool = False,
        seed: int = 0,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        if seed < 0:
            raise ValueError(f"seed must not be negative, got {seed}")
        if shift and cover:
            raise ValueError("shift leaves out the first tokens and cover leaves out none; choose one")
        self.batch_size = batch_size
        self.num_steps = num_steps
        self.seed = seed
        if cover:
            check_length(len(corpus), 1, streams=batch_size, at_most=num_steps)
            streams = _covering(corpus, batch_size)
            self._streams = OnDevices(streams)
            self._length = streams.shape[-1]
            self._offsets = 1
        else:
            check_length(len(corpus), num_steps, streams=batch_size)
            # Whatever token an epoch begins at, it has this many batches; a text that is short has one.
            usable = len(corpus) - (num_steps if shift else 1)
            self._length = max(1, usable // (batch_size * num_steps)) * num_steps
            self._offsets = min(num_steps, len(corpus) - batch_size * self._length) if shift else 1
            self._streams = OnDevices(corpus)

    @property
    def num_examples(self) -> int:
        """Windows in one epoch, of all streams."""
        return len(self) * self.batch_size

    def __len__(self) -> int:
        """Batches in one epoch."""
        return -(-self._length // self.num_steps)

    def batches(self, epoch: int = 0, *, start: int = 0, device: torch.device | str | None = None) -> Iterator[Batch]:
        """Batches ``start``, ``start + 1``, ... of an epoch, on ``device``; the skipped ones cost nothing.

        A late start is for one who kept the state: only the first batch of the epoch is fresh.

        Raises:
            ValueError: ``epoch`` or ``start`` is negative.

        """
        check_place(epoch, start)
        return self._cut(self._pair(epoch, device), start)

    def _pair(self, epoch: int, device: torch.device | str | None) -> Int64[Tensor, "2 b m"]:
        """Inputs and targets of all streams."""
        [kept] = self._streams.on(device)
        if kept.ndim == 3:
            return kept
        size = self.batch_size * self._length
        offset = random_offset(self.seed, epoch, self._offsets)
        # rows 0 and 1 of the view are the streams and the same one token later
        return kept[offset : offset + size + 1].unfold(0, size, 1).view(2, self.batch_size, self._length)

    def _cut(self, pair: Int64[Tensor, "2 b m"], start: int) -> Iterator[Batch]:
        for i in range(start, len(self)):
            x, y = pair[..., i * self.num_steps : (i + 1) * self.num_steps]
            yield x, y, torch.full((self.batch_size,), i == 0, device=x.device)


def _covering(corpus: Int64[Tensor, " n"], streams: int) -> Int64[Tensor, "2 b m"]:
    """All tokens as streams whose lengths differ by one at most; the shorter ones are filled up."""
    n = len(corpus) - 1
    lengths = torch.full((streams,), n // streams) + (torch.arange(streams) < n % streams)
    place = torch.arange(int(lengths[0]))
    there = place < lengths[:, None]  # (b, m)
    at = torch.where(there, (lengths.cumsum(0) - lengths)[:, None] + place, 0)
    x = torch.where(there, corpus[at], 0)
    return torch.stack((x, torch.where(there, corpus[at + 1], IGNORED)))
