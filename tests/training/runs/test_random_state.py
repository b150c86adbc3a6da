import random

import numpy as np
import pytest
import torch

from deepdive.training.runs.random_state import random_tensors, restore_random_tensors, seed_everything

pytestmark = pytest.mark.usefixtures("without_shape_checks")


def draws() -> list[float]:
    """Normal draws come in pairs, so an odd number leaves one in the generator."""
    return [
        random.random(), random.gauss(0, 1), np.random.rand(), np.random.normal(), *torch.rand(2).tolist(),
        float(torch.randn(1)),
    ]  # fmt: skip


def test_every_generator_goes_back_to_where_it_was():
    seed_everything(3)
    draws()
    saved = random_tensors()
    expected = [draws() for _ in range(3)]
    draws()
    restore_random_tensors(saved)
    assert [draws() for _ in range(3)] == expected


def test_saving_draws_nothing():
    seed_everything(3)
    expected = draws()
    seed_everything(3)
    random_tensors()
    assert draws() == expected


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range_is_named(seed):
    with pytest.raises(ValueError, match=f"seed is {seed}; it must be from 0 to 4294967295"):
        seed_everything(seed)
