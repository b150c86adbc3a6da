"""PyTorch's own table of optimisers (``optim_db``): every sample, every error, every schedule, ours against theirs."""

import warnings
from functools import cache

import pytest
import torch
from tests.scratch.tables import allow_flags
from torch import nn

from deepdive.proofs import optimizer_difference
from deepdive.scratch import optim
from deepdive.twins import OptimizerTwin

pytest.importorskip("expecttest", reason="PyTorch's own tests need it")
pytestmark = pytest.mark.usefixtures("without_shape_checks")

NAMES = [
    "ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "LBFGS", "Muon", "NAdam", "RAdam", "RMSprop",
    "Rprop", "SGD", "SparseAdam",
]  # fmt: skip
PROBLEMS = {"LBFGS": "closure", "Muon": "matrices", "SparseAdam": "rows"}
STEPS = 40
SHORTER = {"LBFGS": ({"max_iter": 4}, 10), "SparseAdam": ({}, 15)}
"""Of those whose steps take long: arguments and a number of steps that take seconds."""
IMPLEMENTATIONS = {"foreach", "fused", "capturable", "differentiable"}


def module():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of modules that only PyTorch's own tests import
        from torch.testing._internal import common_optimizers
    allow_flags()
    return common_optimizers


@cache
def table():
    return {info.optim_cls.__name__: info for info in module().optim_db}


def row(name):
    if name not in table():
        pytest.skip(f"torch {torch.__version__} has no {name}")
    return table()[name]


def test_the_table_holds_no_class_that_is_not_here():
    assert len(table()) >= 14
    assert set(table()) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_goes_the_same_way_and_goes_on_from_the_others_state(name):
    info = row(name)
    twin = OptimizerTwin(getattr(optim, name), info.optim_cls, (), problem=PROBLEMS.get(name, "groups"))
    samples = info.optim_inputs_func(device="cpu")
    assert len(samples) >= 4
    less, steps = SHORTER.get(name, ({}, STEPS))
    for sample in samples:
        for dtype, tolerance in ((torch.float64, 1e-10), (torch.float32, 2e-5)):
            settings = {name: in_precision(value, dtype) for name, value in (less | sample.kwargs).items()}
            worst = optimizer_difference(twin, settings, dtype, swap_at=steps // 2, steps=steps)
            assert worst <= tolerance, (sample, dtype)


def in_precision(value, dtype):
    """With a rate in a tensor of single precision the library computes ``1 - lr weight_decay`` in single precision."""
    return value.to(dtype) if isinstance(value, torch.Tensor) else value


@pytest.mark.parametrize("name", NAMES)
def test_every_error_is_one_here(name):
    tried = 0
    for error in row(name).optim_error_inputs_func("cpu", torch.float32):
        given = error.optimizer_error_input
        betas = given.kwargs.get("betas", ())
        if IMPLEMENTATIONS & set(given.kwargs) or any(isinstance(beta, torch.Tensor) for beta in betas):
            continue  # of choices that ours does not have; a tensor of one number is that number
        params = [nn.Parameter(torch.ones(2, 2))] if given.params is None else given.params
        with pytest.raises((TypeError, ValueError)) as raised:
            getattr(optim, name)(params, **given.kwargs).step()
        words = str(raised.value)
        assert (" must " in words and ", got " in words) or "with/without names" in words, words
        tried += 1
    assert tried >= 6


@pytest.mark.parametrize("name", [name for name in NAMES if name not in PROBLEMS])
def test_every_schedule_moves_both_alike(name, monkeypatch):
    """The table's own schedules and ours, on ours; the table's on theirs."""
    info, source = row(name), module()
    own = {}
    for kind in ("ConstantLR", "ExponentialLR", "LinearLR", "PolynomialLR", "ReduceLROnPlateau", "StepLR"):
        own[kind] = getattr(optim.lr_scheduler, kind)
    for makers in info.scheduler_inputs:
        paths = []
        for make, ours in ((info.optim_cls, False), (getattr(optim, name), False), (getattr(optim, name), True)):
            with monkeypatch.context() as patch:
                for kind, schedule in own.items():
                    patch.setattr(source, kind, schedule if ours else getattr(torch.optim.lr_scheduler, kind))
                paths.append(descend(make, makers))
        for path in paths[1:]:
            torch.testing.assert_close(path, paths[0], rtol=1e-9, atol=1e-11)


def descend(make, makers):
    theta = nn.Parameter(torch.tensor([1.5, -0.7], dtype=torch.float64))
    optimizer = make([theta], lr=0.01)
    schedules = [maker(optimizer) for maker in makers]
    path = []
    for _ in range(30):
        optimizer.zero_grad()
        loss = (1 - theta[0]) ** 2 + 10 * (theta[1] - theta[0] ** 2) ** 2
        loss.backward()
        optimizer.step()
        for schedule in schedules:
            schedule.step(*([loss.item()] if "Plateau" in type(schedule).__name__ else []))
        path.append(torch.cat((theta.detach(), torch.tensor([optimizer.param_groups[0]["lr"]], dtype=torch.float64))))
    return torch.stack(path)


@pytest.mark.filterwarnings("ignore:Sparse invariant checks")  # of gradients that the library's Adagrad makes
@pytest.mark.parametrize("name", ["SGD", "Adagrad", "SparseAdam"])
@pytest.mark.parametrize("more", [{}, {"maximize": True}], ids=str)
def test_sparse_gradients_move_both_alike(name, more):
    info = row(name)
    settings = info.metadata_for_sparse[0] | more
    twin = OptimizerTwin(getattr(optim, name), info.optim_cls, (), problem="rows")
    for extra in ({}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}) if name == "SGD" else ({},):
        assert optimizer_difference(twin, settings | extra, swap_at=10, steps=20) <= 1e-10
