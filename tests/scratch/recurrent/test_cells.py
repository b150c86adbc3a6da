import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from deepdive import scratch
from deepdive.proofs import difference, tensors

KINDS = ("RNNCell", "LSTMCell", "GRUCell")


@given(
    kind=st.sampled_from(KINDS),
    batch=st.one_of(st.none(), st.integers(0, 4)),
    sizes=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    bias=st.booleans(),
    started=st.booleans(),
)
def test_a_step_is_the_librarys(kind, batch, sizes, bias, started):
    theirs, ours = (getattr(side, kind)(*sizes, bias=bias).double() for side in (nn, scratch))
    ours.load_state_dict(theirs.state_dict(), strict=True)
    lead = () if batch is None else (batch,)
    x, h, c = (torch.randn(*lead, size, dtype=torch.float64) for size in (sizes[0], sizes[1], sizes[1]))
    hx = ((h, c) if kind == "LSTMCell" else h) if started else None
    assert difference(ours(x, hx), theirs(x, hx)) < 1e-12


@pytest.mark.parametrize(("kind", "more"), [*((k, {}) for k in KINDS), ("RNNCell", {"nonlinearity": "relu"})])
def test_gradients_are_those_of_finite_differences(kind, more):
    torch.manual_seed(0)
    cell = getattr(scratch, kind)(2, 3, **more).double()
    x, h, c = (torch.randn(2, n, dtype=torch.float64, requires_grad=True) for n in (2, 3, 3))

    def run(x, h, c, *weights):
        hx = (h, c) if kind == "LSTMCell" else h
        named = dict(zip(dict(cell.named_parameters()), weights, strict=True))
        return tuple(tensors(torch.func.functional_call(cell, named, (x, hx))))

    state = (h, c if kind == "LSTMCell" else c.detach())
    assert torch.autograd.gradcheck(run, (x, *state, *cell.parameters()))


def test_a_gate_that_is_open_keeps_the_cell_and_a_closed_one_forgets_it():
    cell = scratch.LSTMCell(1, 1)
    with torch.no_grad():
        for p in cell.parameters():
            p.zero_()
        cell.bias_ih.copy_(torch.tensor([-100.0, 100.0, 0.0, 100.0]))  # takes in nothing, keeps and shows all
    h, c = cell(torch.ones(1, 1), (torch.zeros(1, 1), torch.full((1, 1), 0.7)))
    assert c.item() == pytest.approx(0.7)
    assert h.item() == pytest.approx(torch.tensor(0.7).tanh().item())
    with torch.no_grad():
        cell.bias_ih[1] = -100.0
    assert cell(torch.ones(1, 1), (h, c))[1].item() == 0


def test_a_unit_that_keeps_all_of_its_state_is_a_copy():
    cell = scratch.GRUCell(2, 3)
    with torch.no_grad():
        cell.bias_ih[3:6] = 200.0
    h = torch.randn(4, 3)
    torch.testing.assert_close(cell(torch.randn(4, 2), h), h)
