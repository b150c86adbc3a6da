"""Windows of a sequence of tokens, each with its targets: the tokens one place later."""

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.checks import check_integer
from deepdive.data.devices import OnDevices
from deepdive.data.loaders import TensorLoader
from deepdive.data.types import Batch
from deepdive.signatures import checked
from deepdive.targets import IGNORED


@checked
def all_windows(corpus: Int64[Tensor, " n"], num_steps: int) -> tuple[Tensor, Tensor]:
    """``x`` and ``y (n - t, t)``: a window begins at every token (D2L section 9.2.5, later 9.3.4).

    ``x[i] = corpus[i : i + t]`` and ``y[i] = corpus[i + 1 : i + 1 + t]``, as views: they take no memory.

    Raises:
        ValueError: ``num_steps`` is below 1, or the text is shorter than a window and the token after it.

    """
    check_length(len(corpus), num_steps)
    windows = corpus.unfold(0, num_steps + 1, 1)  # (n - t, t + 1)
    return windows[:, :-1], windows[:, 1:]


@checked
def consecutive_windows(corpus: Int64[Tensor, " n"], num_steps: int) -> tuple[Tensor, Tensor]:
    """``x`` and ``y (⌈(n - 1) / t⌉, t)``: each window begins where the last one ended.

    Every token but the first is a target once. The last row is filled up: ``x`` with 0, ``y`` with -100.

    Raises:
        ValueError: ``num_steps`` is below 1, or there are fewer than 2 tokens.

    """
    check_length(len(corpus), 1, at_most=num_steps)
    n = len(corpus) - 1
    rows = -(-n // num_steps)
    x, y = corpus.new_zeros(rows * num_steps), corpus.new_full((rows * num_steps,), IGNORED)
    x[:n], y[:n] = corpus[:-1], corpus[1:]
    return x.view(rows, num_steps), y.view(rows, num_steps)


@checked
class RandomWindows:
    """Windows that follow each other without overlap, in random order (D2L section 9.3.4, random sampling).

    An epoch begins at a random one of the first ``t`` tokens. Batches are ``x`` and ``y (b, t)`` with ``y`` one token
    later. What an epoch holds depends on ``(seed, epoch)`` alone; fewer than ``2 t`` tokens are left out of it, at the
    two ends.

    Args:
        corpus: token ids.
        batch_size: windows per batch; the last batch has what remains, unless ``drop_last``.
        num_steps: tokens per window, ``t``.
        seed: any integer from 0.
        drop_last: whether a last batch of fewer windows is left out.

    Raises:
        ValueError: ``batch_size`` or ``num_steps`` is below 1, the seed is negative, the text is shorter than a window
            and the token after it, or no batch is left because of ``drop_last``.

    """

    def __init__(
        self,
        corpus: Int64[Tensor, " n"],
        batch_size: int,
        num_steps: int,
        *,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        check_length(len(corpus), num_steps)
        # Whatever token an epoch begins at, it has this many windows; a text of less than 2 t tokens has one.
        windows = max(1, (len(corpus) - num_steps) // num_steps)
        self._order = TensorLoader((torch.arange(windows),), batch_size, shuffle=True, seed=seed, drop_last=drop_last)
        self._offsets = min(num_steps, len(corpus) - windows * num_steps)
        self._corpus = OnDevices(corpus)
        self.num_steps = num_steps

    @property
    def batch_size(self) -> int:
        """Windows per batch."""
        return self._order.batch_size

    @property
    def num_examples(self) -> int:
        """Windows in one epoch."""
        return self._order.num_examples

    def __len__(self) -> int:
        """Batches in one epoch."""
        return len(self._order)

    def batches(self, epoch: int = 0, *, start: int = 0, device: torch.device | str | None = None):
        """Batches ``start``, ``start + 1``, ... of an epoch, on ``device``; the skipped ones cost nothing.

        Raises:
            ValueError: ``epoch`` or ``start`` is negative.

        """
        order = self._order.batches(epoch, start=start)
        [corpus] = self._corpus.on(device)
        offset = random_offset(self._order.seed, epoch, self._offsets)
        windows = corpus[offset:].unfold(0, self.num_steps + 1, self.num_steps)
        return (_pair(windows, rows) for (rows,) in order)


def _pair(windows: Int64[Tensor, "m t1"], rows: Int64[Tensor, " b"]) -> Batch:
    taken = windows.index_select(0, rows.to(windows.device, non_blocking=True))
    return taken[:, :-1], taken[:, 1:]


def random_offset(seed: int, epoch: int, below: int) -> int:
    """A number from 0 up to ``below - 1`` that belongs to ``(seed, epoch)``."""
    return int(np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(epoch, 1))).integers(below))


def check_length(tokens: int, num_steps: int, *, streams: int = 1, at_most: int | None = None) -> None:
    """Check that a text has enough tokens for one window in each stream, and a token after it.

    Args:
        tokens: how many there are.
        num_steps: tokens per window.
        streams: how many windows there must be side by side.
        at_most: the length of windows where the last one may be shorter.

    Raises:
        ValueError: it has not; says how many there are and how many are needed.

    """
    wanted = num_steps if at_most is None else at_most
    check_integer("num_steps", wanted, 1)
    if tokens < streams * num_steps + 1:
        what = "batch_size" if streams > 1 else "num_steps"
        each = f"batch_size {streams} × num_steps {num_steps} + 1" if streams > 1 else f"num_steps {num_steps} + 1"
        raise ValueError(
            f"the text has {tokens} token{'s' * (tokens != 1)}, fewer than the {streams * num_steps + 1} that are "
            f"needed ({each}); give a longer text or a smaller {what}"
        )
