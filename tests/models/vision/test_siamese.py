import pytest
import torch

from deepdive import scratch
from deepdive.models import LeNet, Siamese


@pytest.mark.parametrize("nn", [torch.nn, scratch], ids=["torch", "scratch"])
def test_it_is_the_distance_of_two_vectors_of_one_branch(nn):
    network = Siamese(LeNet(4, nn=nn)).double()
    left, right = torch.randn(2, 3, 1, 28, 28, dtype=torch.float64)
    expected = torch.linalg.vector_norm(network.branch(left) - network.branch(right), dim=1)
    torch.testing.assert_close(network(left, right), expected)
    torch.testing.assert_close(network(right, left), expected)
    assert sum(p.numel() for p in network.parameters()) == 61_706 - 6 * 85


def test_both_sides_add_to_the_gradient_of_the_shared_weights():
    branch = torch.nn.Linear(3, 2, bias=False).double()
    network = Siamese(branch)
    left, right = torch.randn(2, 1, 3, dtype=torch.float64)
    (gradient,) = torch.autograd.grad(network(left, right), branch.weight)
    gap = left - right  # D = ‖W gap‖, so dD/dW = W gap gapᵀ / D
    torch.testing.assert_close(gradient, branch(gap).T @ gap / network(left, right))


def test_equal_inputs_have_a_finite_gradient():
    network = Siamese(torch.nn.Linear(3, 2))
    x = torch.randn(1, 3)
    distance = network(x, x)
    distance.backward()
    assert distance.item() == pytest.approx(0, abs=1e-5)
    assert network.branch.weight.grad.isfinite().all()
