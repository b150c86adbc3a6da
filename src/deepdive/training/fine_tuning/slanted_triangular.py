"""A learning rate that rises steeply and falls slowly (D2L section 12.11)."""

import math

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler


class SlantedTriangularLR(LRScheduler):
    """Up in a line during the first ``cut_frac`` of the steps, then down in a line (Howard and Ruder, 2018, eq. 3).

    ``lr_t = lr (1 + p (ratio - 1)) / ratio`` with ``p = t / cut`` for ``t < cut`` and ``p = 1 - (t - cut) / (T - cut)``
    from there on, ``cut = ⌊T cut_frac⌋`` of ``T = total_steps``: from ``lr / ratio`` to ``lr`` and back. Each parameter
    group has its own ``lr``; it works with any optimiser in the library's style.

    In the paper ``T - cut`` is ``cut (1 / cut_frac - 1)``, which is the same where ``T cut_frac`` is whole, and else
    makes the last rates negative.

    Raises:
        ValueError: an argument is out of its range.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        total_steps: int,
        cut_frac: int | float = 0.1,
        ratio: int | float = 32,
        last_epoch: int = -1,
    ) -> None:
        if total_steps < 1:
            raise ValueError(f"total_steps is {total_steps}; it must be at least 1")
        if not 0 <= cut_frac < 1:
            raise ValueError(f"cut_frac is {cut_frac}; it must be from 0 to below 1")
        if not 1 <= ratio < math.inf:
            raise ValueError(f"ratio is {ratio}; it must be at least 1, and finite")
        self.total_steps = total_steps
        self.cut = math.floor(
            total_steps * cut_frac + 1e-9
        )  # 0.1 * 30 is a little more than 3, 0.29 * 100 less than 29
        self.ratio = ratio
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        """The learning rate of every group at ``t = last_epoch``."""
        t = min(self.last_epoch, self.total_steps)
        p = t / self.cut if t < self.cut else 1 - (t - self.cut) / (self.total_steps - self.cut)
        return [lr * (1 + p * (self.ratio - 1)) / self.ratio for lr in self.base_lrs]
