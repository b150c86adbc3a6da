"""The adding problem: made-up sequences whose answer lies far back."""

import torch

from deepdive.data.rows import RowsDataModule


class AddingProblem(RowsDataModule):
    """Add the two numbers of a sequence that are marked, one of them in its first half (Hochreiter and Schmidhuber).

    A batch is ``(x (batch, length, 2), y (batch, 1))``: at each step a number, uniform in [0, 1], and a mark, 0 or 1.
    Who says 1 every time has a mean squared error of 1/6: it takes a memory of half the length to do better.

    Args:
        length: steps of a sequence, at least 2.
        train: training sequences, at least one; likewise ``val`` and ``test``, which may be 0.
        batch_size: sequences per training batch.
        seed: of the sequences and of their order.

    Raises:
        ValueError: a number is out of its range.

    Source: Hochreiter and Schmidhuber, Long short-term memory, 1997, section 5.4; Arjovsky et al., 2016, its form.

    """

    def __init__(
        self,
        length: int = 60,
        *,
        train: int = 10_000,
        val: int = 1000,
        test: int = 1000,
        batch_size: int = 100,
        seed: int = 0,
    ) -> None:
        if length < 2:
            raise ValueError(f"length is {length}; two of at least 2 steps are marked")
        for name, value, least in (("train", train, 1), ("val", val, 0), ("test", test, 0), ("seed", seed, 0)):
            if value < least:
                raise ValueError(f"{name} is {value}; it must be at least {least}")
        super().__init__((), batch_size=batch_size, seed=seed)
        self.length = length
        self._sizes = (train, val, test)

    def prepare(self) -> None:
        """Draw all sequences; a second call does nothing."""
        if self.train:
            return
        generator = torch.Generator().manual_seed(self.seed)
        n, half = sum(self._sizes), self.length // 2
        numbers = torch.rand(n, self.length, generator=generator)
        marks = torch.zeros(n, self.length)
        marks.scatter_(1, torch.randint(half, (n, 1), generator=generator), 1.0)
        marks.scatter_(1, torch.randint(half, self.length, (n, 1), generator=generator), 1.0)
        x = torch.stack([numbers, marks], dim=2)  # (n, length, 2)
        y = (numbers * marks).sum(dim=1, keepdim=True)
        self.train, self.val, self.test = zip(x.split(self._sizes), y.split(self._sizes), strict=True)
