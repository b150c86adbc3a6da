"""Which parameters are whose, and that each is updated by its own rule."""

from copy import deepcopy

import pytest
import torch
from torch import nn

from deepdive import scratch
from deepdive.scratch import optim


class Language(nn.Module):
    """Embedding, positions, a recurrent layer, a hidden layer, a norm and a head, perhaps tied to the embedding."""

    def __init__(self, toolkit=nn, tied=False):
        super().__init__()
        self.embedding = toolkit.Embedding(7, 4)
        self.positions = nn.Parameter(torch.randn(5, 4))
        self.rnn = toolkit.GRU(4, 4)
        self.hidden = toolkit.Linear(4, 4)
        self.norm = toolkit.LayerNorm(4)
        self.head = toolkit.Linear(4, 7)
        if tied:
            self.head.weight = self.embedding.weight

    def forward(self, x):
        h = self.embedding(x) + self.positions[: len(x), None]
        return self.head(self.norm(self.hidden(self.rnn(h)[0])))


def names(network, group):
    by_id = {id(theta): name for name, theta in network.named_parameters()}
    return {by_id[id(theta)] for theta in group["params"]}


HIDDEN = {"rnn.weight_ih_l0", "rnn.weight_hh_l0", "hidden.weight"}


@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
@pytest.mark.parametrize("tied", [False, True])
def test_hidden_matrices_are_muons_and_all_else_adamws(toolkit, tied):
    network = Language(toolkit, tied)
    groups = optim.muon_with_adamw(network).param_groups
    assert names(network, groups[0]) == HIDDEN
    assert names(network, groups[0]) | names(network, groups[1]) == {name for name, _ in network.named_parameters()}


def test_a_head_before_other_layers_is_named():
    network = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 9), nn.Linear(3, 8), nn.Conv2d(1, 2, 3))
    groups = optim.muon_with_adamw(network, heads=[network[1], network[2]]).param_groups
    assert names(network, groups[0]) == {"0.weight", "3.weight"}
    groups = optim.muon_with_adamw(network, heads=()).param_groups
    assert names(network, groups[0]) == {"0.weight", "1.weight", "2.weight", "3.weight"}


def test_frozen_parameters_are_nobodys():
    network = Language()
    network.rnn.requires_grad_(False)
    network.norm.requires_grad_(False)
    groups = optim.muon_with_adamw(network).param_groups
    assert names(network, groups[0]) == {"hidden.weight"}
    assert names(network, groups[1]) == {"embedding.weight", "positions", "hidden.bias", "head.weight", "head.bias"}


def test_a_network_without_hidden_matrix_is_refused():
    with pytest.raises(ValueError, match="network must have a matrix between embeddings and head for Muon, got none"):
        optim.muon_with_adamw(nn.Sequential(nn.Embedding(3, 2), nn.Linear(2, 3)))


def step(network, *optimizers):
    for optimizer in optimizers:
        optimizer.zero_grad()
    network(torch.tensor([[1, 2], [3, 4], [6, 0]])).square().mean().backward()
    for optimizer in optimizers:
        optimizer.step()


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="torch.optim.Muon came with torch 2.9")
def test_a_hundred_steps_are_those_of_both_rules_apart_also_after_loading_and_with_a_schedule():
    torch.manual_seed(0)
    ours = Language()
    theirs = deepcopy(ours)
    one = optim.muon_with_adamw(ours, 0.02, 0.1, 0.9, adamw_lr=0.003, betas=(0.8, 0.95), eps=1e-6)
    hidden = [theta for name, theta in theirs.named_parameters() if name in HIDDEN]
    rest = [theta for name, theta in theirs.named_parameters() if name not in HIDDEN]
    two = [
        torch.optim.Muon(hidden, lr=0.02, weight_decay=0.1, momentum=0.9),
        torch.optim.AdamW(rest, lr=0.003, weight_decay=0.1, betas=(0.8, 0.95), eps=1e-6),
    ]
    schedules = [torch.optim.lr_scheduler.ExponentialLR(each, 0.99) for each in (one, *two)]
    for t in range(100):
        if t == 50:
            state = deepcopy(one.state_dict())
            one = optim.muon_with_adamw(ours)
            one.load_state_dict(state)
            schedules[0].optimizer = one
        step(ours, one)
        step(theirs, *two)
        for schedule in schedules:
            schedule.step()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_a_vector_in_muons_group_is_refused():
    with pytest.raises(ValueError, match=r"params must be matrices or kernels in a group for Muon, got .* \(3,\)"):
        optim.MuonWithAdamW([{"params": [nn.Parameter(torch.ones(3))], "muon": True}])
    with pytest.raises(ValueError, match=r"params must be matrices, of 2 dimensions, got float32 of shape \(2, 1, 3\)"):
        optim.Muon([nn.Parameter(torch.ones(2, 1, 3))])


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="torch.optim.Muon came with torch 2.9")
def test_a_kernel_is_moved_as_the_matrix_of_its_output_channels():
    torch.manual_seed(1)
    kernel = nn.Parameter(torch.randn(6, 2, 3, 2))
    matrix = nn.Parameter(kernel.detach().flatten(1).clone())
    ours = optim.MuonWithAdamW([{"params": [kernel], "muon": True}], lr=0.1, weight_decay=0.2, momentum=0.9)
    theirs = torch.optim.Muon([matrix], lr=0.1, weight_decay=0.2, momentum=0.9)
    for _ in range(5):
        g = torch.randn(6, 2, 3, 2)
        kernel.grad, matrix.grad = g, g.flatten(1)
        ours.step()
        theirs.step()
    torch.testing.assert_close(kernel.flatten(1), matrix, rtol=1e-5, atol=1e-6)
