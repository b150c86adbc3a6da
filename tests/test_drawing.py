"""What is drawn in tests is the same in every run, but for the long profile, which explores."""

import random

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

LONG = settings.get_current_profile_name() == "long"
DRAWN = []


@settings(max_examples=5)
@given(st.integers(0, 10**9))
def test_examples_are_drawn(n):
    DRAWN.append(n)


def test_they_are_fixed_or_more():
    assert settings.default.derandomize is not LONG
    assert len(DRAWN) == (50 if LONG else 5)


def test_every_test_begins_with_the_same_random_state():
    expected = torch.rand(1, generator=torch.Generator().manual_seed(0)), random.Random(0).random()
    assert (torch.rand(1), random.random()) == expected
    assert np.random.rand() == np.random.RandomState(0).rand()
