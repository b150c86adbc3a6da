"""Every global random generator, seeded, saved and restored together."""

import random
from typing import Any

import numpy as np
import torch
from torch import Tensor


def seed_everything(seed: int) -> None:
    """Seed Python's, NumPy's and torch's generators (all devices).

    Raises:
        ValueError: ``seed`` is not in 0 ... 2^32 - 1.
    """
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed is {seed}; it must be from 0 to {2**32 - 1}")
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def random_tensors() -> dict[str, Tensor]:
    """The state of every generator, as tensors by name."""
    _, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    version, words, gauss_next = random.getstate()
    states = {
        "torch": torch.get_rng_state(),
        "numpy": torch.from_numpy(np.asarray(keys).astype(np.int64)),
        "numpy_rest": torch.tensor([position, has_gauss, gauss], dtype=torch.float64),
        "python": torch.tensor([version, *words], dtype=torch.int64),
        "python_rest": torch.tensor([float("nan") if gauss_next is None else gauss_next], dtype=torch.float64),
    }
    if torch.cuda.is_available():
        states |= {f"cuda{i}": state for i, state in enumerate(torch.cuda.get_rng_state_all())}
    if torch.backends.mps.is_available():
        states["mps"] = torch.mps.get_rng_state()
    return states


def restore_random_tensors(states: dict[str, Tensor]) -> None:
    """Set every generator back to what ``random_tensors`` saw; devices that are gone are passed over."""
    torch.set_rng_state(states["torch"])
    position, has_gauss, gauss = states["numpy_rest"].tolist()
    numpy_state: Any = (
        "MT19937",
        states["numpy"].numpy().astype(np.uint32),
        int(position),
        int(has_gauss),
        gauss,
    )
    np.random.set_state(numpy_state)
    version, *words = states["python"].tolist()
    gauss_next = states["python_rest"].item()
    random.setstate((version, tuple(words), None if gauss_next != gauss_next else gauss_next))
    for name, state in states.items():
        if name.startswith("cuda") and int(name[4:]) < torch.cuda.device_count():
            torch.cuda.set_rng_state(state, int(name[4:]))
        elif name == "mps" and torch.backends.mps.is_available():
            torch.mps.set_rng_state(state)
