"""Compiled as one graph, every from-scratch layer and network still equals its eager library twin."""

import pytest
import torch

from deepdive.proofs import layer_difference
from deepdive.twins import LAYERS, NETWORKS

pytestmark = [
    pytest.mark.usefixtures("without_shape_checks"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the compiler itself
]


@pytest.fixture(autouse=True)
def _fresh_compiler():
    yield
    torch.compiler.reset()


@pytest.mark.parametrize("name", [*LAYERS, *NETWORKS])
def test_compiled_outputs_and_gradients_are_equal(name):
    twin = {**LAYERS, **NETWORKS}[name]
    assert max(layer_difference(twin, twin.cases[-1], torch.float32, compiled=True)) <= twin.single
