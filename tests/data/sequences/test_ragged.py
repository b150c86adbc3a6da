import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.data.sequences import Ragged

lists = st.lists(st.lists(st.integers(-9, 9), max_size=6), min_size=1, max_size=8)


@given(sequences=lists)
def test_what_goes_in_comes_out(sequences):
    ragged = Ragged.from_lists(sequences)
    assert len(ragged) == len(sequences)
    assert [ragged[i].tolist() for i in range(len(sequences))] == sequences
    assert ragged.lengths.tolist() == [len(sequence) for sequence in sequences]
    assert ragged[-1].tolist() == sequences[-1]
    assert ragged.values.dtype == torch.int64


@given(sequences=lists, data=st.data(), pad=st.integers(-200, 200))
def test_rows_and_padded_rows_are_those_of_lists(sequences, data, pad):
    ragged = Ragged.from_lists(sequences)
    rows = data.draw(st.lists(st.integers(0, len(sequences) - 1), max_size=10))
    chosen = [sequences[row] for row in rows]
    index = torch.tensor(rows, dtype=torch.long)
    some = ragged.rows(index)
    assert [some[i].tolist() for i in range(len(some))] == chosen
    padded, lengths = ragged.padded(index, pad)
    longest = max(map(len, chosen), default=0)
    assert padded.tolist() == [sequence + [pad] * (longest - len(sequence)) for sequence in chosen]
    assert padded.shape == (len(rows), longest)
    assert lengths.tolist() == [len(sequence) for sequence in chosen]


@given(sequences=lists, width=st.integers(0, 8))
def test_a_given_width_cuts_or_pads(sequences, width):
    padded, lengths = Ragged.from_lists(sequences).padded(torch.arange(len(sequences)), 77, width=width)
    assert padded.tolist() == [(sequence + [77] * width)[:width] for sequence in sequences]
    assert lengths.tolist() == [min(len(sequence), width) for sequence in sequences]


@given(sequences=lists, keep=st.integers(0, 3), first=st.integers(-9, 9))
def test_backwards_and_with_one_more_in_front(sequences, keep, first):
    ragged = Ragged.from_lists(sequences)
    back, longer = ragged.reversed(keep=keep), ragged.preceded_by(first)
    for i, sequence in enumerate(sequences):
        turned = max(0, len(sequence) - keep)
        assert back[i].tolist() == sequence[:turned][::-1] + sequence[turned:]
        assert longer[i].tolist() == [first, *sequence]


def test_parts_follow_one_another():
    parts = [[[1, 2], []], [[3]], [[], [4, 5, 6]]]
    ragged = Ragged.concatenated(Ragged.from_lists(part) for part in parts)
    assert [ragged[i].tolist() for i in range(len(ragged))] == [sequence for part in parts for sequence in part]


def test_other_values_than_token_numbers():
    ragged = Ragged(torch.tensor([0.5, 1.5, 2.5]), torch.tensor([0, 1, 3]))
    assert ragged.padded(torch.tensor([1, 0]), -1.0)[0].tolist() == [[1.5, 2.5], [0.5, -1.0]]
    assert ragged.to("meta").values.device.type == "meta"


@pytest.mark.parametrize("row", [2, -3])
def test_a_row_that_is_not_there_is_refused(row):
    with pytest.raises(IndexError, match=f"row {row} is out of range; there are 2 sequences"):
        Ragged.from_lists([[1], [2]])[row]


@given(st.lists(st.tuples(*[st.lists(st.integers(0, 9), max_size=5)] * 2), min_size=1, max_size=6))
def test_joined_has_the_parts_of_a_row_one_after_another(rows):
    first, second = (Ragged.from_lists([row[i] for row in rows]) for i in range(2))
    made = Ragged.joined([7, first, second, 8, first])
    assert [made[i].tolist() for i in range(len(made))] == [[7, *a, *b, 8, *a] for a, b in rows]


def test_parts_that_do_not_fit_are_told():
    with pytest.raises(ValueError, match=r"parts must have one number of rows, got \[1, 2\]"):
        Ragged.joined([Ragged.from_lists([[1]]), Ragged.from_lists([[1], [2]])])
    with pytest.raises(ValueError, match=r"got \[\]"):
        Ragged.joined([1, 2])


@given(st.lists(st.lists(st.integers(0, 9), max_size=7), min_size=1, max_size=6), st.data())
def test_slices_are_parts_of_rows(rows, data):
    made = Ragged.from_lists(rows)
    chosen = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=5))
    starts = [data.draw(st.integers(0, len(rows[i]))) for i in chosen]
    lengths = [data.draw(st.integers(0, len(rows[i]) - start)) for i, start in zip(chosen, starts, strict=True)]
    found = made.slices(torch.tensor(chosen), torch.tensor(lengths), torch.tensor(starts))
    expected = [rows[i][s : s + n] for i, s, n in zip(chosen, starts, lengths, strict=True)]
    assert [found[i].tolist() for i in range(len(found))] == expected
