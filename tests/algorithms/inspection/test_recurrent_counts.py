import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from deepdive import scratch
from deepdive.algorithms.inspection import recurrent_parameters, summary

KINDS = {"LSTM": 4, "GRU": 3, "RNN": 1}


@given(
    kind=st.sampled_from(sorted(KINDS)),
    d=st.integers(1, 9),
    h=st.integers(1, 9),
    layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    bias=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_the_count_is_the_librarys_with_its_two_biases(kind, d, h, layers, bidirectional, bias):
    network = getattr(nn, kind)(d, h, layers, bias=bias, bidirectional=bidirectional)
    count = recurrent_parameters(
        KINDS[kind], d, h, num_layers=layers, bidirectional=bidirectional, biases=2 if bias else 0
    )
    assert count == sum(p.numel() for p in network.parameters())


def test_d2ls_counts():
    assert recurrent_parameters(4, 28, 64) == 4 * (28 * 64 + 64**2 + 64)
    assert recurrent_parameters(3, 28, 64) == 3 * (28 * 64 + 64**2 + 64)


@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
@pytest.mark.parametrize(("kind", "shape"), [("LSTM", (5, 3, 10)), ("LSTMCell", (3, 10))])
def test_the_summary_explains_the_second_bias(toolkit, kind, shape):
    found = summary(nn.Sequential(getattr(toolkit, kind)(10, 20)), torch.empty(shape))
    count = 4 * (10 * 20 + 400 + 20)
    assert found.notes() == [
        f"0: the equations' 4(dh + h² + h) gives {count:,} parameters; the library has a second bias per gate"
    ]
    assert found.parameters == count + 4 * 20
    assert found.notes()[0] in str(found)
    assert not summary(toolkit.GRU(3, 4, bias=False), torch.empty(5, 3, 3)).notes()


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ({"hidden_size": 0}, "hidden_size must be at least 1, got 0"),
        ({"biases": 3}, "biases must be at least 0 and at most 2, got 3"),
    ],
)
def test_numbers_out_of_range_are_named(words, match):
    with pytest.raises(ValueError, match=match):
        recurrent_parameters(**{"gates": 4, "input_size": 2, "hidden_size": 3, **words})
