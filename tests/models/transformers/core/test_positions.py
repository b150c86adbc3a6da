import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers.models.t5.modeling_t5 import T5Attention

from deepdive.models.transformers.core import (
    LearnedPositions,
    RelativeBias,
    Rotary,
    SinusoidalPositions,
    sinusoidal_positions,
)


def test_sinusoids_are_the_papers():
    table = sinusoidal_positions(50, 6)
    for t in (0, 1, 49):
        for j in range(3):
            angle = t / 10_000 ** (2 * j / 6)
            assert table[t, 2 * j].item() == pytest.approx(math.sin(angle), abs=1e-6)
            assert table[t, 2 * j + 1].item() == pytest.approx(math.cos(angle), abs=1e-6)


@given(start=st.integers(0, 60), step=st.integers(0, 60), half=st.integers(1, 8))
def test_a_step_turns_each_pair_of_sinusoids_wherever_it_begins(start, step, half):
    width = 2 * half
    table = sinusoidal_positions(121, width).double()
    for j in range(half):
        angle = step * 10_000 ** (-2 * j / width)
        turn = torch.tensor([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]).double()
        pair = slice(2 * j, 2 * j + 2)
        torch.testing.assert_close(turn @ table[start, pair], table[start + step, pair], atol=1e-5, rtol=0)


def test_sinusoids_have_no_last_place_and_take_a_start():
    positions = SinusoidalPositions(4, num_positions=3)
    x = torch.zeros(1, 10, 4)
    torch.testing.assert_close(positions(x)[0], sinusoidal_positions(10, 4))
    torch.testing.assert_close(positions(x[:, :4], start=90)[0], sinusoidal_positions(94, 4)[90:])


@given(m=st.integers(0, 200), n=st.integers(0, 200), shift=st.integers(0, 200), half=st.integers(1, 8))
def test_rotated_queries_and_keys_know_only_their_distance(m, n, shift, half):
    rotary = Rotary(2 * half)
    q, k = torch.randn(2, 1, 1, 1, 2 * half, dtype=torch.float64)

    def score(i, j):
        return (rotary(q, i) * rotary(k, j)).sum()

    torch.testing.assert_close(score(m, n), score(m + shift, n + shift))
    torch.testing.assert_close(rotary(q, m).norm(), q.norm())


def test_rotation_is_that_of_complex_numbers():
    rotary = Rotary(6)
    x = torch.randn(2, 3, 5, 6, dtype=torch.float64)
    frequencies = 10_000 ** (-torch.arange(3, dtype=torch.float64) / 3)
    turn = torch.polar(torch.ones(5, 3).double(), torch.arange(4, 9).double().unsqueeze(1) * frequencies)
    z = torch.complex(x[..., :3], x[..., 3:]) * turn
    torch.testing.assert_close(rotary(x, start=4), torch.cat([z.real, z.imag], -1), atol=1e-6, rtol=1e-6)


@given(
    distance=st.integers(-500, 500),
    both_ways=st.booleans(),
    buckets=st.sampled_from([8, 16, 32]),
    furthest=st.sampled_from([20, 64, 128]),
)
def test_buckets_of_distances_are_those_of_t5(distance, both_ways, buckets, furthest):
    bias = RelativeBias(2, buckets, furthest, bidirectional=both_ways)
    expected = T5Attention._relative_position_bucket(torch.tensor([[distance]]), both_ways, buckets, furthest)
    assert torch.equal(bias._buckets(torch.tensor([[distance]])), expected)


def test_the_bias_of_the_last_places_is_the_end_of_the_bias_of_all():
    bias = RelativeBias(3, bidirectional=False)
    torch.testing.assert_close(bias(2, 7), bias(7, 7)[:, :, 5:])
    assert bias(4, 4).shape == (1, 3, 4, 4)


def test_learnt_places_are_the_rows_of_the_table():
    positions = LearnedPositions(5, 3)
    x = torch.randn(2, 2, 3)
    torch.testing.assert_close(positions(x, start=3), x + positions.weight[3:])


def test_places_beyond_the_table():
    positions = LearnedPositions(5, 3)
    with pytest.raises(ValueError, match="ends at position 6, but the table of positions has 5"):
        positions(torch.zeros(1, 6, 3))
    with pytest.raises(ValueError, match="ends at position 7"):
        positions(torch.zeros(1, 2, 3), start=5)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: sinusoidal_positions(3, 5), "hidden_size even and at least 2, got 3 and 5"),
        (lambda: Rotary(3), "head_dim must be even and at least 2 to be rotated, got 3"),
        (lambda: LearnedPositions(0, 3), "max_positions must be at least 1, got 0"),
        (lambda: RelativeBias(1, 2, bidirectional=True), "must leave each side 2, .* got 2"),
        (lambda: RelativeBias(1, 32, 8, bidirectional=True), "max_distance be above half .* and 8"),
    ],
)
def test_sizes_that_do_not_fit(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("length", [3, 4, 5, 9])
def test_the_table_of_sinusoids_grows_as_soon_as_it_must(length):
    module = SinusoidalPositions(6, 4)
    x = torch.zeros(2, length, 6)
    torch.testing.assert_close(module(x), sinusoidal_positions(length, 6).expand(2, -1, -1))
