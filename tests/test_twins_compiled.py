"""Compiled as one graph, every from-scratch layer and network still equals its eager library twin.

In a process of its own, because the compiler cannot see through the wrappers that check shapes in tests.
"""

import json
import subprocess
import sys

import pytest

from deepdive.twins import FUNCTIONS, LAYERS, NETWORKS

ALL = {**LAYERS, **{name: twin.as_layers() for name, twin in FUNCTIONS.items()}, **NETWORKS}
TWINS = {name: twin for name, twin in ALL.items() if twin.compiled}
PROGRAM = """
import json, sys
import torch
from deepdive.proofs import layer_excess
from deepdive.twins import TWINS

for name in sys.argv[1:]:
    twin = TWINS[name]
    twin = twin.as_layers() if hasattr(twin, "as_layers") else twin
    try:
        result = layer_excess(twin, twin.cases[-1], torch.float32, compiled=True)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    torch.compiler.reset()
    sys.stdout.write(json.dumps([name, result]) + "\\n")
"""


@pytest.fixture(scope="module")
def differences():
    """By name: the largest difference, or what went wrong."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, *TWINS], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(line) for line in done.stdout.splitlines())


@pytest.mark.compiles
@pytest.mark.parametrize("name", TWINS)
def test_compiled_outputs_and_gradients_are_equal(differences, name):
    assert differences[name] == pytest.approx(0, abs=TWINS[name].single)
