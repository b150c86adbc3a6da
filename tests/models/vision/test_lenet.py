import pytest
import torch

from deepdive import scratch
from deepdive.models import LeNet


@pytest.mark.parametrize("modern", [False, True], ids=["classic", "modern"])
@pytest.mark.parametrize("nn", [torch.nn, scratch], ids=["torch", "scratch"])
def test_it_has_the_published_number_of_parameters(nn, modern):
    assert sum(p.numel() for p in LeNet(modern=modern, nn=nn).parameters()) == 61_706


def test_normalization_comes_before_each_activation():
    network = LeNet(batch_norm=True)
    kinds = [type(layer).__name__ for layer in network.net]
    assert kinds == [
        *("Conv2d", "BatchNorm2d", "Sigmoid", "AvgPool2d") * 2,
        "Flatten",
        *("Linear", "BatchNorm1d", "Sigmoid") * 2,
        "Linear",
    ]
    assert sum(p.numel() for p in network.parameters()) == 61_706 + 2 * (6 + 16 + 120 + 84)
    y = network.net[:2](torch.randn(64, 1, 28, 28))
    torch.testing.assert_close(y.mean((0, 2, 3)), torch.zeros(6), atol=1e-4, rtol=0)
    torch.testing.assert_close(y.var((0, 2, 3)), torch.ones(6), atol=1e-2, rtol=0)


def test_without_normalization_its_names_are_as_ever():
    assert list(LeNet().state_dict()) == [f"net.{i}.{kind}" for i in (0, 3, 7, 9, 11) for kind in ("weight", "bias")]


def test_shapes_are_d2ls():
    x = torch.randn(1, 1, 28, 28)
    shapes = [tuple((x := layer(x)).shape[1:]) for layer in LeNet().net]
    assert [shapes[i] for i in (0, 2, 3, 5, 6)] == [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (400,)]


def test_weights_start_by_xavier():
    torch.manual_seed(0)
    for layer in LeNet().net:
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear):
            kernel = layer.weight[0, 0].numel()
            bound = (6 / (kernel * (layer.weight.shape[0] + layer.weight.shape[1]))) ** 0.5
            assert 0.9 * bound < layer.weight.abs().max() <= bound


@pytest.mark.parametrize("size", [12, 32, (12, 40), (33, 28)])
@pytest.mark.parametrize("nn", [torch.nn, scratch], ids=["torch", "scratch"])
def test_other_sizes_and_channels(size, nn):
    height, width = (size, size) if isinstance(size, int) else size
    assert LeNet(7, 3, image_size=size, nn=nn)(torch.randn(2, 3, height, width)).shape == (2, 7)


@pytest.mark.parametrize("size", [11, (40, 8)])
def test_an_image_too_small_is_refused(size):
    with pytest.raises(ValueError, match="image_size must be at least 12, got"):
        LeNet(image_size=size)


@pytest.mark.parametrize("modern", [False, True], ids=["classic", "modern"])
def test_training_is_the_same_with_either_toolkit(modern):
    """In double precision: in single, rounding decides on which side of a kink of ReLU an input falls."""
    library, own = (LeNet(modern=modern, nn=nn).double() for nn in (torch.nn, scratch))
    own.load_state_dict(library.state_dict(), strict=True)
    sides = [
        (library, torch.nn.CrossEntropyLoss(), torch.optim.SGD(library.parameters(), lr=0.1, momentum=0.9)),
        (own, scratch.CrossEntropyLoss(), scratch.optim.SGD(own.parameters(), lr=0.1, momentum=0.9)),
    ]
    generator = torch.Generator().manual_seed(0)
    for _ in range(20):
        x, y = (
            torch.randn(16, 1, 28, 28, generator=generator, dtype=torch.float64),
            torch.randint(10, (16,), generator=generator),
        )
        for network, loss, optimizer in sides:
            optimizer.zero_grad()
            loss(network(x), y).backward()
            optimizer.step()
    for a, b in zip(library.parameters(), own.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-10, rtol=0)
