"""The global random generators, while something draws from them that the training must not notice."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def generators_kept() -> Iterator[None]:
    """Set Python's, NumPy's and torch's generator of the processor back at the end of a ``with`` block."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])


def seed_generators(seed: int) -> None:
    """Seed all three, and nothing on a device: what makes examples runs on the processor, perhaps in a worker."""
    random.seed(seed)
    np.random.seed(seed)
    torch.default_generator.manual_seed(seed)
