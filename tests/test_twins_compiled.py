"""As one graph, every from-scratch layer and network still equals its eager library twin.

In a process of its own, because the compiler cannot see through the wrappers that check shapes in tests.
"""

import json
import subprocess
import sys

import pytest

from deepdive.twins import FUNCTIONS, LAYERS, NETWORKS

ALL = {**LAYERS, **{name: twin.as_layers() for name, twin in FUNCTIONS.items()}, **NETWORKS}
TWINS = [name for name, twin in ALL.items() if twin.compiled]
SAMPLE = ["ReLU", "MaxPool2d", "LSTMCell", "CrossEntropyLoss"]
"""A kink, a window, a step of a sequence, a loss: what generated code computes, in seconds and not in minutes."""
PROGRAM = """
import json, sys
import torch
from deepdive.proofs import layer_excess
from deepdive.twins import TWINS

compiler, *names = sys.argv[1:]
for name in names:
    twin = TWINS[name]
    twin = twin.as_layers() if hasattr(twin, "as_layers") else twin
    try:
        result = layer_excess(twin, twin.cases[-1], torch.float32, compiler=compiler)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    torch.compiler.reset()
    sys.stdout.write(json.dumps([name, result]) + "\\n")
"""


def excess(compiler, names):
    """By name: the largest difference by its bound, or what went wrong."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, compiler, *names], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(line) for line in done.stdout.splitlines())


@pytest.fixture(scope="module")
def graphs():
    return excess("aot_eager", TWINS)


@pytest.fixture(scope="module")
def sample_of_graphs():
    return excess("aot_eager", SAMPLE)


@pytest.fixture(scope="module")
def sample():
    return excess("inductor", SAMPLE)


@pytest.fixture(scope="module")
def rest():
    return excess("inductor", [name for name in TWINS if name not in SAMPLE])


@pytest.mark.parametrize("name", SAMPLE)
def test_forward_and_backward_are_one_graph_each_and_equal(sample_of_graphs, name):
    """Found as a graph, and run without generated code, which takes no C++ compiler and little time."""
    assert sample_of_graphs[name] == pytest.approx(0, abs=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", TWINS)
def test_so_they_are_of_every_twin(graphs, name):
    assert graphs[name] == pytest.approx(0, abs=1)


@pytest.mark.slow
@pytest.mark.compiles
@pytest.mark.parametrize("name", SAMPLE)
def test_compiled_outputs_and_gradients_are_equal(sample, name):
    assert sample[name] == pytest.approx(0, abs=1)


@pytest.mark.slow
@pytest.mark.compiles
@pytest.mark.parametrize("name", [name for name in TWINS if name not in SAMPLE])
def test_so_are_those_of_all_others(rest, name):
    assert rest[name] == pytest.approx(0, abs=1)
