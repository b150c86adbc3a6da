"""The product of Jacobians against autograd and closed forms, and what each cure does to it."""

import numpy as np
import pytest
import torch
from torch import nn

from deepdive.algorithms.recurrence import jacobian_figure, jacobian_norms, recurrent_step, step_jacobians


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("kind", ["tanh", "relu", "skip", "gru", "lstm"])
def test_jacobians_of_a_batch_are_those_of_each_example(kind):
    step, size = recurrent_step(kind, input_size=2, hidden_size=3, seed=1)
    x, h = normal(5, 2), normal(5, size, seed=1)
    found = step_jacobians(step, x, h)
    for i in range(5):
        alone = torch.autograd.functional.jacobian(lambda s, i=i: step(x[i : i + 1], s[None])[0], h[i])
        torch.testing.assert_close(found[i], alone)


@pytest.mark.parametrize("kind", ["tanh", "gru", "lstm"])
def test_the_norm_is_that_of_the_whole_way(kind):
    step, size = recurrent_step(kind, input_size=2, hidden_size=3, seed=2)
    x, first = normal(6, 2, 2), normal(2, size, seed=1)
    norms = jacobian_norms(step, x, first)
    assert norms.shape == (7, 2)
    for k in (0, 1, 4, 6):
        h = first
        for t in range(6 - k):
            h = step(x[t], h)

        def rest(state, k=k):
            for t in range(6 - k, 6):
                state = step(x[t, :1], state)
            return state

        jacobian = torch.autograd.functional.jacobian(rest, h[:1])[0, :, 0]
        assert float(norms[k, 0]) == pytest.approx(np.linalg.norm(jacobian.numpy(), 2))


def test_the_library_s_cells_will_do():
    cell = nn.GRUCell(2, 3).double()
    x, first = normal(4, 2, 2), normal(2, 3)
    whole = torch.autograd.functional.jacobian(lambda h: cell(x[3], h), first)[0, :, 0]
    norms = jacobian_norms(cell, torch.stack([*x[:3], x[3]]), first)
    assert norms.shape == (5, 2)
    alone = jacobian_norms(cell, x[3:], first)
    assert float(alone[1, 0]) == pytest.approx(float(torch.linalg.matrix_norm(whole, 2)))


def norms_of(kind, **words):
    step, size = recurrent_step(kind, hidden_size=24, **words)
    return jacobian_norms(step, normal(60, 4, 8), torch.zeros(4, size).double())


def test_a_linear_recurrence_has_the_norm_of_a_matrix_power():
    # far above 0 a ReLU is linear
    step, _ = recurrent_step("relu", hidden_size=4, input_size=2, weights="identity", scale=1.5)
    norms = jacobian_norms(step, torch.zeros(5, 1, 2).double(), torch.full((1, 4), 50.0).double())
    torch.testing.assert_close(norms[:, 0], 1.5 ** torch.arange(6).double())


def test_vanishing_and_exploding():
    assert float(norms_of("tanh", scale=0.5)[60].max()) < 1e-12
    assert float(norms_of("relu", scale=3.0)[60].min()) > 1e6


def test_orthogonal_weights_and_the_identity_keep_the_size():
    # near 0 a tanh is linear: the norm is that of a power of the weights
    still, first = torch.zeros(40, 1, 2).double(), 1e-9 * normal(1, 16)
    for scale in (0.9, 1.0, 1.1):
        step, _ = recurrent_step("tanh", hidden_size=16, input_size=2, weights="orthogonal", scale=scale)
        norms = jacobian_norms(step, still, first)[:, 0]
        torch.testing.assert_close(norms, scale ** torch.arange(41).double(), rtol=1e-6, atol=0)
    identity = norms_of("relu", weights="identity")
    assert set(identity.unique().tolist()) <= {0.0, 1.0}  # each unit passes the gradient on as it is, or is off
    assert float(identity[60].mean()) >= 0.5


def test_a_skip_connection_and_open_gates_keep_the_gradient():
    assert float(norms_of("tanh", scale=0.5)[40].max()) < 1e-6
    assert float(norms_of("skip", scale=0.5)[40].min()) > 0.1
    for kind in ("lstm", "gru"):
        closed, opened = norms_of(kind, forget=0.0)[40], norms_of(kind, forget=4.0)[40]
        assert float(opened.min()) > 0.2 > 1e-2 > float(closed.max())


def test_a_product_beyond_all_numbers_is_infinite():
    step, _ = recurrent_step("relu", hidden_size=4, input_size=2, weights="identity", scale=1e200)
    norms = jacobian_norms(step, torch.zeros(3, 1, 2).double(), torch.full((1, 4), 1e-300, dtype=torch.float64))
    assert norms[-1].item() == torch.inf
    assert norms[0].item() == 1


def test_the_figure_has_a_panel_per_kind_and_a_line_per_size():
    lines = {"small": normal(11, 2).abs(), "large": normal(11, 2, seed=1).abs()}
    drawn = jacobian_figure({"tanh": lines, "relu": lines, "lstm": {"forget": lines["small"]}})
    seen = [ax for ax in drawn.axes if ax.get_visible()]
    assert [ax.get_title(loc="left") for ax in seen] == ["tanh", "relu", "lstm"]
    assert [len(ax.lines) for ax in seen] == [3, 3, 2]


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="kind must be one of tanh, relu, skip, gru, lstm, got 'rnn'"):
        recurrent_step("rnn")
    with pytest.raises(ValueError, match="hidden_size must be at least 1, got 0"):
        recurrent_step(hidden_size=0)
