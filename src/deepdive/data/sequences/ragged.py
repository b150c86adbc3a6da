"""Sequences of different lengths in two tensors: nothing is padded until a batch is asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

import numpy as np
import torch
from jaxtyping import Int64, Shaped
from torch import Tensor

from deepdive.signatures import checked


@dataclass(frozen=True)
class Ragged:
    """``n`` sequences one after another: sequence ``i`` is ``values[offsets[i] : offsets[i + 1]]``."""

    values: Shaped[Tensor, " tokens"]
    offsets: Int64[Tensor, " n_plus_1"]
    """From 0 to the number of values, never falling."""

    @classmethod
    def from_lists(cls, sequences: Sequence[Sequence[int]]) -> "Ragged":
        """Whole numbers, e.g. token numbers, as they come out of a vocabulary."""
        offsets = list(accumulate(map(len, sequences), initial=0))
        values = np.fromiter(chain.from_iterable(sequences), np.int64, count=offsets[-1])
        return cls(torch.from_numpy(values), torch.tensor(offsets))

    @classmethod
    def concatenated(cls, parts: Iterable["Ragged"]) -> "Ragged":
        """The sequences of one part behind those of another."""
        parts = list(parts)
        lengths = torch.cat([part.lengths for part in parts])
        return cls(torch.cat([part.values for part in parts]), _offsets(lengths))

    @classmethod
    def joined(cls, parts: Sequence["Ragged | int"]) -> "Ragged":
        """Row by row, what the parts have one after another; a whole number is one value in every row.

        Raises:
            ValueError: parts have different numbers of rows, or none is `Ragged`.
        """
        rows = {len(part) for part in parts if isinstance(part, Ragged)}
        if len(rows) != 1:
            raise ValueError(f"parts must have one number of rows, got {sorted(rows)}")
        n = rows.pop()
        whole = [
            part if isinstance(part, Ragged) else cls(torch.full((n,), part), torch.arange(n + 1)) for part in parts
        ]
        lengths = torch.stack([part.lengths for part in whole], 1)  # (n, parts)
        starts = _offsets(lengths.flatten())[:-1].view(n, -1)
        values = whole[0].values.new_empty(int(lengths.sum()))
        for part, start in zip(whole, starts.T, strict=True):
            values[_runs(start, part.lengths)] = part.values
        return cls(values, _offsets(lengths.sum(1)))

    def __len__(self) -> int:
        """How many sequences there are."""
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> Shaped[Tensor, " length"]:
        """One sequence, a view.

        Raises:
            IndexError: there is no such row.
        """
        if not -len(self) <= row < len(self):
            raise IndexError(f"row {row} is out of range; there are {len(self)} sequences")
        row %= len(self)
        return self.values[self.offsets[row] : self.offsets[row + 1]]

    @property
    def lengths(self) -> Int64[Tensor, " n"]:
        """Values of each sequence."""
        return self.offsets.diff()

    @property
    def device(self) -> torch.device:
        """Where the sequences are."""
        return self.values.device

    def to(self, device: torch.device | str, *, non_blocking: bool = True) -> "Ragged":
        """The same on another device."""
        return Ragged(
            self.values.to(device, non_blocking=non_blocking), self.offsets.to(device, non_blocking=non_blocking)
        )

    @checked
    def rows(self, rows: Int64[Tensor, " m"]) -> "Ragged":
        """Some of the sequences, in the order of ``rows``."""
        return self.slices(rows, self.lengths[rows])

    @checked
    def slices(
        self, rows: Int64[Tensor, " m"], lengths: Int64[Tensor, " m"], starts: Int64[Tensor, " m"] | None = None
    ) -> "Ragged":
        """Parts of some of the sequences: ``lengths`` values of each, from place ``starts`` on, the first if not given.

        The caller sees to it that they do not reach beyond.
        """
        begin = self.offsets[rows] if starts is None else self.offsets[rows] + starts
        return Ragged(self.values[_runs(begin, lengths)], _offsets(lengths))

    def filled(self, value: int) -> "Ragged":
        """Sequences of the same lengths with one value everywhere."""
        return Ragged(torch.full_like(self.values, value), self.offsets)

    @checked
    def first(self, most: int) -> "Ragged":
        """At most so many values from the beginning of each sequence."""
        return self.slices(torch.arange(len(self), device=self.offsets.device), self.lengths.clamp(max=most))

    @checked
    def reversed(self, *, keep: int = 0) -> "Ragged":
        """Each sequence backwards, but for the last ``keep`` of its values, which stay where they are."""
        lengths = self.lengths.repeat_interleave(self.lengths)
        starts = self.offsets[:-1].repeat_interleave(self.lengths)
        place = torch.arange(len(self.values), device=starts.device) - starts
        last = lengths - 1 - keep
        return Ragged(self.values[starts + torch.where(place <= last, last - place, place)], self.offsets)

    @checked
    def preceded_by(self, value: int) -> "Ragged":
        """Each sequence with one more value in front."""
        n, total = len(self), len(self.values)
        row = torch.arange(n, device=self.offsets.device)
        values = self.values.new_full((total + n,), value)
        values[torch.arange(total, device=row.device) + 1 + row.repeat_interleave(self.lengths)] = self.values
        return Ragged(values, self.offsets + torch.arange(n + 1, device=row.device))

    @checked
    def padded(
        self, rows: Int64[Tensor, " b"], pad: int | float = 0, *, width: int | None = None
    ) -> tuple[Shaped[Tensor, "b t"], Int64[Tensor, " b"]]:
        """Some of the sequences as one tensor, ``pad`` behind the shorter ones, and how long each is.

        ``width`` is ``t``, that of the longest if not given (finding it waits for the device); longer sequences are
        cut.
        """
        starts, lengths = self.offsets[rows], self.offsets[rows + 1] - self.offsets[rows]
        if width is None:
            width = int(lengths.max()) if len(lengths) else 0
        lengths = lengths.clamp(max=width)
        t = torch.arange(width, device=starts.device)
        if len(self.values) == 0:
            return self.values.new_full((len(rows), width), pad), lengths
        index = (starts.unsqueeze(1) + t).clamp_(max=len(self.values) - 1)  # (b, t); behind the end: any value
        return self.values[index].masked_fill_(t >= lengths.unsqueeze(1), pad), lengths


def _offsets(lengths: Tensor) -> Tensor:
    return torch.cat((lengths.new_zeros(1), lengths.cumsum(0)))


def _runs(starts: Tensor, lengths: Tensor) -> Tensor:
    """``starts[0], starts[0] + 1, ..., starts[1], ...``: as many numbers from each as its length says."""
    # Each value's place within its run, plus where the run begins.
    shift = (starts - _offsets(lengths)[:-1]).repeat_interleave(lengths)
    return torch.arange(len(shift), device=shift.device) + shift
