"""Windows of a series, its split in time, its scale."""

import numpy as np
import polars as pl
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.data.series import Series, SeriesDataModule, SeriesScale, series_of


def walk(n, seed=0, positive=False):
    generator = torch.Generator().manual_seed(seed)
    steps = torch.randn(n, generator=generator, dtype=torch.float64)
    values = steps.cumsum(0)
    return Series("walk", (0.1 * values).exp() if positive else values)


def prepared(series, **words):
    data = SeriesDataModule(series, **words)
    data.prepare()
    return data


@given(
    n=st.integers(40, 80),
    tau=st.integers(1, 6),
    test=st.integers(0, 10),
    validation=st.integers(0, 10),
    learn=st.sampled_from(["levels", "differences", "log-differences"]),
)
def test_windows_are_the_past_of_their_targets_and_parts_do_not_mix(n, tau, test, validation, learn):
    series = walk(n, positive=True)
    data = prepared(series, tau=tau, test=test, validation=validation, learn=learn)
    x = series.values.numpy()
    u = {"levels": lambda: x, "differences": lambda: np.diff(x), "log-differences": lambda: np.diff(np.log(x))}[learn]()
    lost = n - len(u)
    train = u[: n - test - validation - lost]
    z = (u - train.mean()) / train.std()
    rows = [z[i : i + tau + 1] for i in range(len(z) - tau)]
    sizes = [len(part[0]) for part in (data.train, data.val, data.test)]
    assert sizes == [len(rows) - test - validation, validation, test]
    together = torch.cat([torch.cat(part, dim=1) for part in (data.train, data.val, data.test)])
    np.testing.assert_allclose(together.numpy(), np.array(rows), rtol=1e-4, atol=1e-5)


def test_the_scale_knows_nothing_of_what_is_held_out():
    series = walk(100)
    changed = Series("walk", torch.cat([series.values[:70], series.values[70:] * 100]))
    first, second = (prepared(each, test=20, validation=10) for each in (series, changed))
    assert first.scale == second.scale
    assert torch.equal(first.train[0], second.train[0])


def test_training_windows_are_shuffled_and_the_others_are_not():
    data = prepared(walk(60), tau=2, batch_size=100, test=0.2, validation=0.1)
    [(x, _)] = data.train_loader().batches()
    assert not torch.equal(x, data.train[0])
    assert torch.equal(x.sort(dim=0).values, data.train[0].sort(dim=0).values)
    loader = data.test_loader()
    assert loader is not None
    [(x, y)] = loader.batches()
    assert torch.equal(x, data.test[0])
    assert len(y) == 12
    assert prepared(walk(60), test=0, validation=0).val_loader() is None


@given(
    horizon=st.integers(1, 15),
    tau=st.integers(1, 8),
    learn=st.sampled_from(["levels", "differences", "log-differences"]),
)
def test_origins_are_decoded_to_what_comes_if_the_future_is_known(horizon, tau, learn):
    series = walk(80, positive=True)
    data = prepared(series, tau=tau, test=15, validation=5, learn=learn)
    origins = data.origins(horizon)
    assert len(origins.windows) == 15 - horizon + 1
    assert origins.place.tolist() == list(range(64, 64 + len(origins.windows)))
    torch.testing.assert_close(origins.last, series.values[origins.place])
    z = data.scaled.unfold(0, tau + horizon, 1)[-len(origins.windows) :]  # past and future of every origin
    torch.testing.assert_close(origins.windows, z[:, :tau])
    torch.testing.assert_close(data.scale.decode(z[:, tau:], origins.last), origins.future, rtol=1e-4, atol=1e-4)


def test_a_gap_at_the_end_of_the_training_part_tells_nothing_of_the_validation_part():
    rows = [float(i % 7) for i in range(40)]
    rows[27] = None  # the last one learnt from
    found = []
    for behind in (1.0, 900.0):
        table = pl.DataFrame({"v": [*rows[:28], behind, *rows[29:]]})
        found.append(prepared(series_of(table, gaps="interpolate"), test=6, validation=6))
    assert found[0].scale == found[1].scale
    assert torch.equal(found[0].history, found[1].history)
    assert float(found[0].history[-1]) == rows[26]
    for ours, theirs in zip(found[0].train, found[1].train, strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize("learn", ["levels", "differences"])
def test_interpolated_values_do_not_tell_of_the_value_behind_a_gap(learn):
    rows = torch.randn(60, generator=torch.Generator().manual_seed(3)).tolist()
    for row in (10, 20, 21, 47, 52, 53, 59):
        rows[row] = None

    def windows(behind):
        changed = [*rows[:54], behind, *rows[55:], 0.5]
        series = series_of(pl.DataFrame({"v": changed}), gaps="interpolate")
        return series, prepared(series, tau=3, test=12, validation=6, learn=learn)

    (first, data), (second, other) = windows(1.5), windows(-40.0)
    assert first.filled is not None
    assert first.filled.nonzero().flatten().tolist() == [10, 20, 21, 47, 52, 53, 59]
    assert not torch.equal(first.values[52:54], second.values[52:54])  # on the line to row 54
    ours, theirs = data.origins(2), other.origins(2)
    before = ours.place < 54
    assert torch.equal(ours.windows[before], theirs.windows[before])
    assert torch.equal(ours.last[before], theirs.last[before])
    assert float(ours.last[ours.place == 53]) == pytest.approx(rows[51])
    known = first.known_at(first.values, first.carried, 5)[54 - 5]  # up to row 53
    assert known.tolist() == pytest.approx([*rows[49:52], rows[51], rows[51]])
    assert len(data.test[0]) == 12 - 3  # rows 52, 53 and 59 were not measured
    assert torch.equal(data.test[0][:3], other.test[0][:3])  # windows of rows 49, 50 and 51


def test_a_scale_survives_json():
    scale = SeriesScale.fit(walk(50).values, "differences")
    assert SeriesScale.from_json(scale.to_json()) == scale
    for content in ({}, scale.to_json() | {"mean": "x"}, scale.to_json() | {"learn": "all"}):
        with pytest.raises(ValueError, match="not a scale: "):
            SeriesScale.from_json(content)


def test_bad_input_is_named():
    series = walk(20)
    with pytest.raises(ValueError, match="tau must be at least 1, got 0"):
        SeriesDataModule(series, 0)
    with pytest.raises(
        ValueError, match="has 20 values, of which 5 are left to learn from; windows of tau = 6 need at least 7"
    ):
        prepared(series, tau=6, test=10, validation=5)
    with pytest.raises(ValueError, match=r"test must take at least 0 of 20 examples and leave at least 1 .*, got 1.5"):
        prepared(series, test=1.5)
    with pytest.raises(ValueError, match=r"validation must take at least 0 of 20 examples .*, got -1"):
        prepared(series, validation=-1)
    with pytest.raises(TypeError, match="test must be a number, got True"):
        prepared(series, test=True)
    with pytest.raises(ValueError, match="horizon is 5; it must be from 1 to the length of the test part, which is 4"):
        prepared(series, test=4).origins(5)
    line = Series("line", torch.arange(20.0).double())
    with pytest.raises(ValueError, match="the differences of the 14 values of the training part are constant"):
        prepared(line, learn="differences")
    with pytest.raises(ValueError, match="learn is log-differences, but row 1 is 0; a logarithm needs values above 0"):
        prepared(line, learn="log-differences")
    late = Series("late", torch.tensor([0.0] * 10 + [1.0] * 3).double())
    with pytest.raises(ValueError, match="the levels of the 9 values of the training part are constant"):
        prepared(late, tau=2, test=3, validation=1)
    with pytest.raises(ValueError, match="series 'nan', row 2: nan is no finite number"):
        prepared(Series("nan", torch.tensor([0.0, float("nan"), 1.0]).double()))
    with pytest.raises(ValueError, match="learn is 'logs'; it must be levels, differences or log-differences"):
        SeriesScale.fit.__func__.__wrapped__(SeriesScale, series.values, "logs")
