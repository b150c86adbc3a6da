"""Optimisers that the library lacks, or an older one does, against the papers' equations in NumPy."""

from copy import deepcopy
from functools import partial

import numpy as np
import pytest
import torch
from tests.scratch.optim import oracles
from torch import nn

from deepdive.scratch import optim
from deepdive.scratch.optim import muon
from deepdive.twins import WITHOUT_TWIN

STEPS = 100


def gradient(theta, t):
    """Of a bowl that moves, so that signs change; of NumPy or torch."""
    steep = np.arange(1.0, 1 + theta.size).reshape(theta.shape)
    return steep * theta - 3 * np.sin(t / 5 + steep)


def start(shape=(3, 4)):
    return np.random.default_rng(0).standard_normal(shape)


def run(make, steps=STEPS, *, shape=(3, 4), sign=1, before=None):
    """Our parameters after every step."""
    theta = nn.Parameter(torch.from_numpy(start(shape)))
    optimizer = make([theta])
    points = []
    for t in range(1, steps + 1):
        if before is not None:
            before(optimizer, theta, t)
        theta.grad = torch.from_numpy(sign * gradient(theta.detach().numpy(), t))
        optimizer.step()
        points.append(theta.detach().numpy().copy())
    return points


def expected(step, shape=(3, 4), steps=STEPS):
    theta, points = start(shape), []
    for t in range(1, steps + 1):
        theta = step(theta, gradient(theta, t), t)
        points.append(theta)
    return points


RULES = {
    "Yogi": (
        lambda p: optim.Yogi(p, lr=0.03, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1),
        lambda: oracles.yogi(0.03, 0.8, 0.95, 1e-3, weight_decay=0.1),
    ),
    "Yogi decoupled": (
        lambda p: optim.Yogi(p, weight_decay=0.2, decoupled_weight_decay=True, initial_accumulator_value=0.1),
        lambda: oracles.yogi(0.01, 0.9, 0.999, 1e-3, weight_decay=0.2, decoupled=True, start=0.1),
    ),
    "Lion": (
        lambda p: optim.Lion(p, lr=0.01, betas=(0.85, 0.97), weight_decay=0.3),
        lambda: oracles.lion(0.01, 0.85, 0.97, 0.3),
    ),
}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("maximize", [False, True])
def test_a_hundred_steps_are_those_of_the_paper(name, maximize):
    ours, oracle = RULES[name]

    def make(params):
        optimizer = ours(params)
        optimizer.param_groups[0]["maximize"] = maximize
        return optimizer

    np.testing.assert_allclose(run(make, sign=-1 if maximize else 1), expected(oracle()), rtol=1e-10, atol=1e-12)


def test_sophia_clips_by_the_curvature_of_drawn_labels():
    def drawn(theta, t):
        return np.cos(theta + t)

    def before(optimizer, theta, t):
        if t % 10 == 1:
            theta.grad = torch.from_numpy(drawn(theta.detach().numpy(), t))
            optimizer.update_hessian(batch_size=32)

    settings = {"lr": 0.02, "betas": (0.9, 0.95), "rho": 0.3, "weight_decay": 0.1, "eps": 1e-12}
    points = run(lambda p: optim.SophiaG(p, **settings), before=before)
    oracle = oracles.sophia_g(0.02, 0.9, 0.95, 0.3, 1e-12, 0.1, every=10, batch_size=32, drawn=drawn)
    np.testing.assert_allclose(points, expected(oracle), rtol=1e-9, atol=1e-11)
    clipped = np.isclose(np.abs(np.diff(points, axis=0) + 0.02 * 0.1 * np.array(points[:-1])), 0.02)
    assert 0.02 < clipped.mean() < 0.98  # both sides of the bound are taken


@pytest.mark.parametrize("power", [2.0, 0.0])
@pytest.mark.parametrize("name", ["SGDScheduleFree", "AdamWScheduleFree"])
def test_schedule_free_points_and_averages_are_those_of_the_paper(name, power):
    shared = {"weight_decay": 0.1, "warmup_steps": 7, "weight_lr_power": power, "r": 0.5}
    theta = nn.Parameter(torch.from_numpy(start()))
    if name.startswith("SGD"):
        optimizer = optim.SGDScheduleFree([theta], lr=0.05, momentum=0.8, **shared)
        oracle = oracles.ScheduleFree(start(), 0.05, 0.8, 0.1, 7, r=0.5, power=power)
    else:
        optimizer = optim.AdamWScheduleFree([theta], lr=0.05, betas=(0.85, 0.95), eps=1e-6, **shared)
        oracle = oracles.ScheduleFree(start(), 0.05, 0.85, 0.1, 7, 0.95, 1e-6, r=0.5, power=power)
    for t in range(1, STEPS + 1):
        np.testing.assert_allclose(theta.detach().numpy(), oracle.y, rtol=1e-9, atol=1e-11)
        theta.grad = torch.from_numpy(gradient(oracle.y, t))
        optimizer.step()
        oracle.step(gradient(oracle.y, t), t)
        if t % 9 == 0:
            optimizer.eval()
            optimizer.eval()  # twice is once
            np.testing.assert_allclose(theta.detach().numpy(), oracle.x, rtol=1e-9, atol=1e-11)
            optimizer.train()


def test_schedule_free_steps_wait_for_train():
    theta = nn.Parameter(torch.ones(2))
    optimizer = optim.SGDScheduleFree([theta])
    theta.grad = torch.ones(2)
    optimizer.step()
    optimizer.eval()
    with pytest.raises(ValueError, match=r"train\(\) must be called before step\(\), got parameters as eval\(\) left"):
        optimizer.step()
    optimizer.train()
    optimizer.step()


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("name", ["SGDScheduleFree", "AdamWScheduleFree", "Yogi", "Lion", "SophiaG"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_saved_state_continues(name, mode, dtype):
    make = getattr(optim, name)

    def descend(theta, optimizer, steps):
        for t in steps:
            theta.grad = torch.from_numpy(gradient(theta.detach().double().numpy(), t)).to(dtype)
            optimizer.step()

    theta = nn.Parameter(torch.from_numpy(start()).to(dtype))
    optimizer = make([theta], lr=0.01)
    descend(theta, optimizer, range(40))
    if hasattr(optimizer, mode):
        getattr(optimizer, mode)()
    copy = nn.Parameter(theta.detach().clone())
    other = make([copy], lr=0.5)
    other.load_state_dict(deepcopy(optimizer.state_dict()))
    for each in (optimizer, other):
        if hasattr(each, "train"):
            each.train()
    for t in range(40, 100):
        descend(theta, optimizer, [t])
        descend(copy, other, [t])
    assert torch.equal(theta, copy)


@pytest.mark.parametrize("shape", [(3, 4), (6, 2)])
@pytest.mark.parametrize("match_rms", [False, True])
@pytest.mark.parametrize("nesterov", [False, True])
def test_muon_takes_singular_values_through_its_polynomial(shape, match_rms, nesterov, monkeypatch):
    """In double precision, in which the path of a hundred steps is exact; in bfloat16 each step is nearly that."""
    settings = {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.2, "nesterov": nesterov}
    settings["adjust_lr_fn"] = "match_rms_adamw" if match_rms else None
    first = run(lambda p: optim.Muon(p, **settings), steps=1, shape=shape)
    exact = expected(oracles.muon(0.05, 0.9, 0.2, nesterov, match_rms), shape)
    assert np.linalg.norm(first[0] - exact[0]) <= 0.05 * np.linalg.norm(exact[0] - start(shape))
    monkeypatch.setattr(muon, "orthogonalize", partial(muon.orthogonalize, dtype=torch.float64))
    points = run(lambda p: optim.Muon(p, **settings), shape=shape)
    np.testing.assert_allclose(points, exact, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("shape", [(8, 20), (20, 8)])
def test_a_matrix_becomes_nearly_orthogonal(shape):
    values = torch.linalg.svdvals(muon.orthogonalize(torch.from_numpy(start(shape))).double())
    assert values.min() > 0.6
    assert values.max() < 1.25


def test_every_optimiser_without_twin_is_tested_here_or_beside():
    here = {"Yogi", "Lion", "SophiaG", "SGDScheduleFree", "AdamWScheduleFree", "Muon"}
    assert {f"optim.{name}" for name in here} == {name for name, oracle in WITHOUT_TWIN.items() if "NumPy" in oracle}
