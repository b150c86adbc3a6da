"""A series as a data module: windows of past values and the value that follows, split in time."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from deepdive.data.rows import RowsDataModule
from deepdive.data.series.reading import Series
from deepdive.data.series.reading import checked as checked_values
from deepdive.data.series.scale import Learn, SeriesScale
from deepdive.data.splits import held_out_count
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, PositiveInt


@dataclass(frozen=True, slots=True)
class Origins:
    """Moments from which a part of a series is forecast, with what is known there and what comes."""

    windows: Float[Tensor, "origins tau"]
    """The last ``tau`` values up to each moment, as the network gets them."""
    last: Float64[Tensor, " origins"]
    """The last value known at each moment, in the unit of the series."""
    future: Float64[Tensor, "origins k"]
    """The ``k`` values after it, in the unit of the series."""
    place: Int64[Tensor, " origins"]
    """Where in the series each moment is."""


class SeriesDataModule(RowsDataModule):
    """A series cut into windows (D2L section 9.1.3).

    A batch is ``(x, y)``: ``x (batch, tau)`` holds ``z_{t-tau}, ..., z_{t-1}`` and ``y (batch, 1)`` holds ``z_t``, on
    the scale of `SeriesScale`, which knows of nothing but the training part. The series is split in time: the first
    part is learnt from, the next one validates, the last one tests. A window belongs to the part its ``y`` lies in; its
    ``x`` may reach back into the part before, which is known by then. Training windows are shuffled, parts never mix.
    An interpolated value is no ``y``, and where the gap is still open at the end of ``x`` the last measured value
    stands in it: an interpolated one would tell of the value to come.

    After ``prepare`` the module has ``scale``, ``history`` (the values of the training part) and the bounds
    ``val_start`` and ``test_start`` in the series.

    Args:
        series: the values.
        tau: how many past values a window holds.
        learn: what of the series is learnt.
        batch_size: windows per training batch.
        test: fraction (float) or count (int) of the values at the end that test; a fraction is at least one, unless it
            is 0.
        validation: fraction (of all) or count of the values before them that validate, likewise.
        seed: of the order of training batches.

    Raises:
        TypeError: the size of a part is a boolean.
        ValueError: ``tau`` is below 1, a part is negative, or the series is too short for the windows.

    """

    @checked
    def __init__(
        self,
        series: Series,
        tau: PositiveInt = 4,
        *,
        learn: Learn = "levels",
        batch_size: PositiveInt = 16,
        test: int | float = 0.2,
        validation: int | float = 0.1,
        seed: NonNegativeInt = 0,
    ) -> None:
        if tau < 1:
            raise ValueError(f"tau is {tau}; a window must hold at least 1 value")
        super().__init__((), batch_size=batch_size, seed=seed)
        self.series, self.tau = series, tau
        self.learn: Learn = learn
        self._test, self._validation = test, validation

    def prepare(self) -> None:
        """Split, scale and cut; a second call does nothing."""
        if self.train:
            return
        n, tau = len(self.series), self.tau
        values = checked_values(self.series.values, self.series.name)
        tested = held_out_count(n, self._test, name="test")
        validated = held_out_count(n, self._validation, name="validation")
        self.test_start = n - tested
        self.val_start = self.test_start - validated
        lost = 0 if self.learn == "levels" else 1
        learnt = max(0, self.val_start)
        if learnt - lost < tau + 1:
            raise ValueError(
                f"series {self.series.name!r} has {n} values, of which {learnt} are left to learn from; "
                f"windows of tau = {tau} need at least {tau + 1 + lost}: take a smaller tau, or hold out less"
            )
        self.history = self.series.known_at(values, self.series.carried, learnt)[0]
        self.scale = SeriesScale.fit(self.history, self.learn)
        self.scaled = self.scale.encode(values).float()
        x = self._windows()[:-1]  # (m - tau, tau)
        y = self.scaled[tau:, None]
        first = tau + lost  # the place in the series of the first y
        a, b = self.val_start - first, self.test_start - first
        measured = torch.ones(len(y), dtype=torch.bool) if self.series.filled is None else ~self.series.filled[first:]
        if not measured[:a].any():
            raise ValueError(f"series {self.series.name!r} has no measured value to learn from after the first {first}")
        self.train, self.val, self.test = (
            (x[part][measured[part]], y[part][measured[part]]) for part in (slice(0, a), slice(a, b), slice(b, None))
        )

    def _windows(self) -> Float[Tensor, "m tau"]:
        """Every ``tau`` values in a row on the scale, as far as they are known at the last of them."""
        if self.series.filled is None:
            return self.scaled.unfold(0, self.tau, 1)
        carried = self.scale.encode(self.series.carried).float()
        return self.series.known_at(self.scaled, carried, self.tau)

    def origins(self, horizon: int) -> Origins:
        """Every moment whose next ``horizon`` values all lie in the test part.

        Raises:
            ValueError: ``horizon`` is below 1, or there is no such moment.

        """
        self.prepare()
        n = len(self.series)
        tested = n - self.test_start
        count = tested - horizon + 1
        if horizon < 1 or count < 1:
            raise ValueError(
                f"horizon is {horizon}; it must be from 1 to the length of the test part, which is {tested}"
            )
        begin = self.test_start - 1  # the place of the first moment
        windows = self._windows()
        first = begin - (self.tau - 1) - self.scale.lost
        values = self.series.values
        place = torch.arange(begin, begin + count)
        return Origins(
            windows[first : first + count],
            self.series.carried[begin : begin + count],
            values[self.test_start :].unfold(0, horizon, 1),
            place,
        )
