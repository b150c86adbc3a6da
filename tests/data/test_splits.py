import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deepdive.data.series.module import SeriesDataModule
from deepdive.data.series.reading import Series
from deepdive.data.splits import held_out_count, hold_out, k_fold, stratified_split
from deepdive.data.text.module import _sizes as text_sizes

labels_and_count = st.lists(st.integers(0, 4), min_size=2, max_size=80).flatmap(
    lambda labels: st.tuples(st.just(torch.tensor(labels)), st.integers(0, len(labels) - 1))
)


@settings(max_examples=40, deadline=None)
@given(labels_and_count)
def test_every_row_is_on_one_side(case):
    labels, k = case
    kept, held = stratified_split(labels, k)
    assert len(held) == k
    assert torch.cat([kept, held]).sort().values.tolist() == list(range(len(labels)))
    assert kept.tolist() == sorted(kept.tolist())
    assert held.tolist() == sorted(held.tolist())


@settings(max_examples=40, deadline=None)
@given(labels_and_count)
def test_every_class_gives_its_share(case):
    """There is one share from which no class is farther than half an example: the best that whole examples allow."""
    labels, k = case
    _, held = stratified_split(labels, k)
    sizes = labels.bincount(minlength=5)
    given, there = labels[held].bincount(minlength=5)[sizes > 0].double(), sizes[sizes > 0]
    assert ((given - 0.5) / there).max() <= ((given + 0.5) / there).min() + 1e-6


def test_a_small_share_is_at_least_one_example():
    labels = torch.arange(6) % 2
    assert [len(stratified_split(labels, share)[1]) for share in (0, 0.0, 0.01, 0.5)] == [0, 0, 1, 3]


def test_it_is_the_same_every_time_and_no_mere_prefix():
    labels = torch.arange(1000) % 10
    first, second = stratified_split(labels, 0.1), stratified_split(labels, 0.1)
    assert torch.equal(first[1], second[1])
    assert len(first[1]) == 100
    assert first[1].max() > 900
    assert labels[first[1]].bincount().tolist() == [10] * 10


def test_the_global_generator_is_left_alone():
    torch.manual_seed(3)
    state = torch.get_rng_state()
    stratified_split(torch.arange(10) % 2, 3)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("held_out", [-1, 10, 11, -0.1, 1.0, 1.5, 0.99])
def test_too_much_is_refused(held_out):
    with pytest.raises(ValueError, match=rf"validation must take at least 0 of 10 examples .*, got {held_out}"):
        stratified_split(torch.arange(10) % 2, held_out, name="validation")


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 200).flatmap(lambda rows: st.tuples(st.just(rows), st.integers(2, rows), st.integers(0, 9))))
def test_folds_are_disjoint_and_cover(case):
    rows, folds, seed = case
    parts = k_fold(rows, folds, seed=seed)
    assert len(parts) == folds
    assert torch.cat([held for _, held in parts]).sort().values.tolist() == list(range(rows))
    sizes = [len(held) for _, held in parts]
    assert max(sizes) - min(sizes) <= 1
    for kept, held in parts:
        assert torch.cat([kept, held]).sort().values.tolist() == list(range(rows))
        assert held.tolist() == sorted(held.tolist())


def test_folds_depend_on_the_seed_alone():
    first, again, other = k_fold(50, 5), k_fold(50, 5), k_fold(50, 5, seed=1)
    assert torch.equal(first[0][1], again[0][1])
    assert not torch.equal(first[0][1], other[0][1])


@pytest.mark.parametrize("folds", [-1, 0, 1, 11])
def test_more_folds_than_rows_or_fewer_than_two_are_refused(folds):
    with pytest.raises(ValueError, match=f"folds must be at least 2 and at most the number of rows, 10, got {folds}"):
        k_fold(10, folds)


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(2, 300), share=st.floats(0, 0.9))
def test_rows_held_out_at_random_are_disjoint_cover_and_depend_on_the_number_alone(rows, share):
    assume(round(share * rows) < rows)  # of two rows, 0.75 would be both: refused, see below
    kept, held = hold_out(rows, share)
    assert torch.equal(torch.cat([kept, held]).sort().values, torch.arange(rows))
    assert len(held) == max(round(share * rows), int(share > 0))
    assert all(torch.equal(a, b) for a, b in zip((kept, held), hold_out(rows, share), strict=True))


def test_holding_out_everything_is_refused():
    with pytest.raises(
        ValueError,
        match=r"test must take at least 0 of 5 examples .*, got 5",
    ):
        hold_out(5, 5, name="test")


@pytest.mark.usefixtures("without_shape_checks")
def test_kinds_of_arguments():
    with pytest.raises(TypeError, match=r"labels must be .*integer"):
        stratified_split(torch.tensor([0.0, 1.0, 0.0, 1.0]), 2)
    with pytest.raises(TypeError, match=r"rows must be .*integer"):
        hold_out(9.5, 2)
    with pytest.raises(TypeError, match=r"rows must be .*integer"):
        k_fold(9.5, 2)


@pytest.mark.parametrize("held_out", [float("nan"), float("inf"), -float("inf")])
def test_a_share_that_is_no_number_is_refused(held_out):
    with pytest.raises(ValueError, match=rf"test must take at least 0 of 9 examples .*, got {held_out}"):
        held_out_count(9, held_out, name="test")


@settings(max_examples=60, deadline=None)
@given(rows=st.integers(20, 60), share=st.floats(0, 0.3))
def test_rows_and_series_have_the_same_rule(rows, share):
    expected = max(1, round(share * rows)) if share else 0
    assert len(hold_out(rows, share)[1]) == len(stratified_split(torch.zeros(rows).long(), share)[1]) == expected
    series = SeriesDataModule(Series("s", torch.arange(float(rows)).double() ** 2), 2, test=share, validation=0)
    series.prepare()
    assert rows - series.test_start == expected


@pytest.mark.parametrize("flag", [True, False])
def test_a_boolean_is_neither_a_count_nor_a_share(flag):
    series = Series("s", torch.arange(30.0).double() ** 2)
    for take in (
        lambda: hold_out(9, flag, name="test"),
        lambda: SeriesDataModule(series, 2, test=flag).prepare(),
        lambda: text_sizes(30, None, 0, flag, what="tokens"),
    ):
        with pytest.raises(TypeError, match=rf"test must be .*, got {flag}|held_out must be"):
            take()
