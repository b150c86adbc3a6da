import pytest
import torch

from deepdive import scratch
from deepdive.models.vision.residual.resnet9 import ResNet9


def test_parameters_are_counted_by_hand():
    """3x3 windows without biases, two numbers per normalised channel, a linear layer without bias."""
    pairs = [(3, 32), (32, 64), (64, 128), (128, 256), (256, 256), (256, 256)]
    expected = sum(9 * i * o + 2 * o for i, o in pairs) + 256 * 10
    assert sum(p.numel() for p in ResNet9().parameters()) == expected
    paper = ResNet9(widths=(64, 128, 256, 512), residuals=(False, True, False, True))
    assert sum(p.numel() for p in paper.parameters()) == 6_573_120  # published as 6.57 million


def test_scratch_is_the_same_network():
    torch.manual_seed(0)
    options = {"widths": (4, 6, 8), "residuals": (False, True, True)}
    library, own = ResNet9(5, 2, **options), ResNet9(5, 2, **options, nn=scratch)
    own.load_state_dict(library.state_dict())
    x = torch.randn(3, 2, 12, 9)
    for network in (library, own):
        network.train()
    torch.testing.assert_close(own(x), library(x), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(own.eval()(x), library.eval()(x), rtol=1e-4, atol=1e-5)


def test_the_scale_is_that_of_the_logits():
    torch.manual_seed(0)
    network, x = ResNet9(widths=(4, 4), residuals=(False, False)), torch.randn(2, 3, 8, 8)
    small = network.eval()(x)
    network.scale = 1.0
    torch.testing.assert_close(network(x), 8 * small)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"widths": (4, 8), "residuals": (True,)},
            r"widths \(4, 8\) and residuals \(True,\) must have the same length",
        ),
        ({"widths": (), "residuals": ()}, "widths must hold positive numbers"),
        ({"widths": (4, 0), "residuals": (True, True)}, "widths must hold positive numbers"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        ResNet9(**options)


def test_other_channels_are_named():
    with pytest.raises(ValueError, match="x has 1 channels, but the network was made with in_channels=3"):
        ResNet9()(torch.zeros(1, 1, 32, 32))


@pytest.mark.parametrize("stages", [1, 2, 4])
def test_an_image_too_small_is_refused(stages):
    network = ResNet9(3, 1, widths=(4,) * stages, residuals=(False,) * stages).eval()
    smallest = 2 ** (stages - 1)
    assert network(torch.zeros(2, 1, smallest, smallest)).shape == (2, 3)
    if stages > 1:
        with pytest.raises(ValueError, match=f"the network needs at least {smallest}x{smallest}"):
            network(torch.zeros(2, 1, smallest, smallest - 1))
