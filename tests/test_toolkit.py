"""``torch.nn`` and ``deepdive.scratch`` are both toolkits, at run time and for the type checker."""

import importlib
import inspect
import operator
import subprocess
import sys
import typing
from pathlib import Path

import pytest
import torch

import deepdive
from deepdive import scratch
from deepdive.toolkit import Functions, Initializers, Toolkit

PROMISED = [name for name in dir(Toolkit) if name[0].isupper() or name in {"init", "functional"}]


@pytest.mark.parametrize("module", [torch.nn, scratch], ids=["torch", "scratch"])
def test_both_are_toolkits(module):
    assert isinstance(module, Toolkit)
    assert all(hasattr(module.init, name) for name in vars(Initializers) if name.endswith("_") and name[0] != "_")
    assert isinstance(module.functional, Functions)


def test_another_module_is_none():
    assert not isinstance(torch.optim, Toolkit)


def test_a_toolkit_promises_all_that_scratch_has():
    assert set(PROMISED) == set(scratch.__all__) - {"autograd", "optim", "utils"}


@pytest.mark.parametrize("room", ["init", "functional", "utils", "utils.rnn", "optim", "optim.lr_scheduler"])
def test_what_is_imported_by_a_path_of_the_library_is_so_here(room):
    importlib.import_module(f"torch.{room}" if room.startswith("optim") else f"torch.nn.{room}")
    assert operator.attrgetter(room)(scratch) is importlib.import_module(f"deepdive.scratch.{room}")


def test_no_other_room_of_the_toolkit_has_a_path_of_its_own():
    shown = {name for name in scratch.__all__ if inspect.ismodule(getattr(scratch, name))}
    assert shown == {"autograd", "init", "functional", "utils", "optim"}


@pytest.mark.parametrize("name", [name for name in PROMISED if inspect.isfunction(getattr(Toolkit, name))])
def test_promised_arguments_and_defaults_are_those_of_both_sides(name):
    promised = list(inspect.signature(getattr(Toolkit, name)).parameters.values())[1:]
    for module in (torch.nn, scratch):
        layer = getattr(module, name)
        declared = typing.get_overloads(layer.__init__)  # where the signature itself is *args and **kwargs
        actual = inspect.signature(declared[0] if declared else layer).parameters
        for parameter in promised:
            if parameter.default is not ...:  # each side's own function
                assert actual[parameter.name].default == parameter.default


@pytest.mark.slow
def test_the_type_checker_accepts_both_and_refuses_another(tmp_path):
    code = "import torch\nfrom deepdive import scratch\nfrom deepdive.models import LeNet\n"
    (tmp_path / "good.py").write_text(f"{code}LeNet(nn=scratch)\nLeNet(nn=torch.nn)\n")
    (tmp_path / "bad.py").write_text(f"{code}LeNet(nn=torch.optim)\n")
    root = Path(deepdive.__file__).parents[2]
    statuses = []
    for name in ("good", "bad"):
        command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, str(tmp_path / f"{name}.py")]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True)
        statuses.append((done.returncode, "reportArgumentType" in done.stdout))
    assert statuses == [(0, False), (1, True)]
