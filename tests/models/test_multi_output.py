import pytest
import torch

from deepdive import scratch
from deepdive.models.multi_output import MultiOutputMLP


def inputs(batch=5):
    return torch.randn(batch, 3), torch.stack([torch.arange(batch) % 4, torch.arange(batch) % 7], dim=1)


@pytest.mark.parametrize("hidden", [(8,), (8, 6)])
def test_both_toolkits_give_the_same_outputs_by_name(hidden):
    outputs = {"age": 1, "sex": 2}
    library, own = (MultiOutputMLP(3, (4, 7), outputs, hidden, nn=nn) for nn in (torch.nn, scratch))
    own.load_state_dict(library.state_dict())
    found, expected = own(*inputs()), library(*inputs())
    x = inputs()
    found, expected = own(*x), library(*x)
    assert {name: tuple(o.shape) for name, o in expected.items()} == {"age": (5, 1), "sex": (5, 2)}
    torch.testing.assert_close(found, expected)


def test_every_output_sees_every_input_through_the_shared_layers():
    network = MultiOutputMLP(3, (4,), {"a": 1, "b": 1}, (16,))
    numbers, codes = torch.randn(1, 3, requires_grad=True), torch.tensor([[2]])
    for name in ("a", "b"):
        gradients = torch.autograd.grad(
            network(numbers, codes)[name].sum(), [numbers, network.embeddings[0].weight, network.trunk.net[1].weight]
        )
        assert all(gradient.abs().sum() > 0 for gradient in gradients)
        assert gradients[1].abs().sum(dim=1).nonzero().flatten().tolist() == [2]


def test_numbers_or_categories_alone_will_do():
    x, c = inputs()
    assert MultiOutputMLP(3, (), {"a": 2})(x, c[:, :0])["a"].shape == (5, 2)
    assert MultiOutputMLP(0, (4, 7), {"a": 2})(x[:, :0], c)["a"].shape == (5, 2)


def test_bad_sizes_are_named():
    for outputs in ({}, {"a": 0}):
        with pytest.raises(ValueError, match="outputs is .*; it must name at least one, each of width 1 or more"):  # noqa: RUF043
            MultiOutputMLP(3, (), outputs)
    with pytest.raises(ValueError, match="num_numeric must be at least 0, got -1"):
        MultiOutputMLP(-1, (3,), {"a": 1})
    for numeric, cardinalities in ((0, ()), (1, (0,))):
        with pytest.raises(ValueError, match="there must be an input, and each category needs at least one code"):
            MultiOutputMLP(numeric, cardinalities, {"a": 1})
    with pytest.raises(ValueError, match="hidden is empty; the outputs need at least one layer to share"):
        MultiOutputMLP(3, (), {"a": 1}, ())
