"""Fixtures of all tests, where they draw from, and what they do on a machine that lacks something."""

import os
import random
import signal
from collections.abc import Iterator
from functools import cache

import jaxtyping
import numpy as np
import pytest
import torch
from hypothesis import settings

if hasattr(signal, "SIGHUP"):  # under nohup it is ignored, and would be in every command that a test starts
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
if "PYTEST_XDIST_WORKER" in os.environ:  # several processes share the cores, and so do the commands they start
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)

LONGER = 10
"""So many times the examples of a property are drawn with --hypothesis-profile=long."""

# A machine may be busy: no deadlines. The same examples on every machine and in every run; `long` draws others in each.
settings.register_profile("deepdive", deadline=None, derandomize=True)
settings.register_profile("long", deadline=None, print_blob=True)
settings.load_profile("deepdive")  # here, before Hypothesis loads what --hypothesis-profile names


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Draw more examples in the long profile, also where a test says how many are enough for a short one.

    A name with an address in it is another one in each process, and in each run.
    """
    if unstable := [item.nodeid for item in items if " at 0x" in item.nodeid]:
        raise pytest.UsageError(f"names of tests must be the same in every run, got {unstable[0]}")
    if settings.get_current_profile_name() != "long":
        return
    for function in {getattr(item, "function", None) for item in items}:
        chosen = getattr(function, "_hypothesis_internal_use_settings", None)
        if chosen is not None:
            more = settings(chosen, max_examples=LONGER * chosen.max_examples)
            function._hypothesis_internal_use_settings = more


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin every test, and whatever its fixtures draw, with the same random state, whichever test ran before."""
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)
    # From here, not by a mark on the test: so the summary says why once, and not in a line per file.
    if item.get_closest_marker("compiles") and (obstacle := _obstacle()):
        pytest.skip(f"nothing is compiled: {obstacle}; see: deepdive doctor")


@cache
def _obstacle() -> str | None:
    from deepdive.training.compilers import compiler_obstacle  # not before the hook that checks shapes is there

    return compiler_obstacle()


@pytest.fixture(scope="module")
def without_shape_checks() -> Iterator[None]:
    """Call the library as a user does, for the rest of the module.

    torch.compile cannot see through the wrappers that check shapes in tests, and the checks draw from Python's
    random generator.
    """
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)
