"""Fixtures of all tests."""

import os
from collections.abc import Iterator

import jaxtyping
import pytest
import torch
from hypothesis import settings

if "PYTEST_XDIST_WORKER" in os.environ:  # several processes share the cores, and so do the commands they start
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)

settings.register_profile("deepdive", deadline=None)  # a machine may be busy
settings.load_profile("deepdive")


@pytest.fixture(scope="module")
def without_shape_checks() -> Iterator[None]:
    """Call the library as a user does, for the rest of the module.

    torch.compile cannot see through the wrappers that check shapes in tests, and the checks draw from Python's
    random generator.
    """
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)
