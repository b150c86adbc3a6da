import math
from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from deepdive import scratch
from deepdive.models.vision import (
    VisionTransformer,
    vit_b_16,
    vit_b_32,
    vit_h_14,
    vit_l_16,
    vit_l_32,
    vit_small_28,
    vit_small_32,
)

small = partial(
    VisionTransformer, 5, 2, image_size=(8, 12), patch_size=4, hidden_size=16, num_layers=2, num_heads=4, ffn_size=24
)


def moved(network, seed=0):
    """The network with other weights, so that no logit is 0 as at the start."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype))
    return network


@pytest.mark.parametrize(
    ("make", "published"),
    [
        (vit_b_16, 86_567_656),
        (vit_b_32, 88_224_232),
        (vit_l_16, 304_326_632),
        (vit_l_32, 306_535_400),
        (partial(vit_b_16, image_size=384), 86_859_496),
        (vit_h_14, 632_045_800),
    ],
)
def test_it_has_the_published_number_of_parameters(make, published):
    with torch.device("meta"):
        assert sum(p.numel() for p in make().parameters()) == published


def torchvisions_layout(*, patch, width, depth, hidden, places):
    """Names and shapes in the order in which torchvision's network has them."""
    layout = {
        "class_token": (1, 1, width),
        "conv_proj.weight": (width, 3, patch, patch),
        "conv_proj.bias": (width,),
        "encoder.pos_embedding": (1, places, width),
    }
    for i in range(depth):
        of_layer = {
            "ln_1.weight": (width,),
            "ln_1.bias": (width,),
            "self_attention.in_proj_weight": (3 * width, width),
            "self_attention.in_proj_bias": (3 * width,),
            "self_attention.out_proj.weight": (width, width),
            "self_attention.out_proj.bias": (width,),
            "ln_2.weight": (width,),
            "ln_2.bias": (width,),
            "mlp.0.weight": (hidden, width),
            "mlp.0.bias": (hidden,),
            "mlp.3.weight": (width, hidden),
            "mlp.3.bias": (width,),
        }
        layout |= {f"encoder.layers.encoder_layer_{i}.{name}": shape for name, shape in of_layer.items()}
    return layout | {
        "encoder.ln.weight": (width,),
        "encoder.ln.bias": (width,),
        "heads.head.weight": (1000, width),
        "heads.head.bias": (1000,),
    }


@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
@pytest.mark.parametrize(
    ("make", "sizes"),
    [
        (vit_b_16, {"patch": 16, "width": 768, "depth": 12, "hidden": 3072, "places": 197}),
        (vit_b_32, {"patch": 32, "width": 768, "depth": 12, "hidden": 3072, "places": 50}),
        (vit_l_16, {"patch": 16, "width": 1024, "depth": 24, "hidden": 4096, "places": 197}),
        (vit_h_14, {"patch": 14, "width": 1280, "depth": 32, "hidden": 5120, "places": 257}),
    ],
)
def test_names_and_shapes_are_torchvisions_in_this_order(make, sizes, toolkit):
    with torch.device("meta"):
        found = [(name, tuple(value.shape)) for name, value in make(nn=toolkit).state_dict().items()]
    assert found == list(torchvisions_layout(**sizes).items())


class Librarys(nn.Module):
    """The same network in another form: patches cut by hand, the library's encoder layers."""

    def __init__(self, network):
        super().__init__()
        width, hidden = network.conv_proj.out_channels, network.encoder.layers[0].mlp[0].out_features
        self.patch, state = network.patch_size, network.state_dict()
        self.embed = nn.Linear(state["conv_proj.weight"][0].numel(), width)
        self.token = nn.Parameter(state["class_token"].clone())
        self.places = nn.Parameter(state["encoder.pos_embedding"].clone())
        layer = partial(
            nn.TransformerEncoderLayer,
            width,
            network.encoder.layers[0].self_attention.num_heads,
            hidden,
            dropout=0.0,
            activation="gelu",
            layer_norm_eps=1e-6,
            batch_first=True,
            norm_first=True,
        )
        self.layers = nn.ModuleList(layer() for _ in network.encoder.layers)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, network.heads.head.out_features)
        self.double()
        self.load_state_dict(
            {ours: state[theirs].reshape(self.state_dict()[ours].shape) for ours, theirs in self.names()}
        )

    def names(self):
        """Each name here, and the one in the network."""
        inner = {
            "self_attn": "self_attention",
            "linear1": "mlp.0",
            "linear2": "mlp.3",
            "norm1": "ln_1",
            "norm2": "ln_2",
        }
        outer = {
            "embed": "conv_proj",
            "token": "class_token",
            "places": "encoder.pos_embedding",
            "norm": "encoder.ln",
            "head": "heads.head",
        }
        for name in self.state_dict():
            first, _, rest = name.partition(".")
            if first == "layers":
                number, part, end = rest.split(".", 2)
                yield name, f"encoder.layers.encoder_layer_{number}.{inner[part]}.{end}"
            else:
                yield name, ".".join([outer[first], rest]) if rest else outer[first]

    def forward(self, x):
        p, q = self.patch
        rows = [
            torch.stack([x[:, :, i : i + p, j : j + q].flatten(1) for j in range(0, x.shape[3], q)], dim=1)
            for i in range(0, x.shape[2], p)
        ]
        tokens = self.embed(torch.cat(rows, dim=1))
        y = torch.cat([self.token.expand(len(x), 1, -1), tokens], dim=1) + self.places
        for layer in self.layers:
            y = layer(y)
        return self.head(self.norm(y)[:, 0])


@given(
    grid=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    patch=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    heads=st.integers(1, 3),
    depth=st.integers(1, 3),
    toolkit=st.sampled_from([nn, scratch]),
    seed=st.integers(0, 99),
)
@settings(max_examples=25)
def test_logits_and_all_gradients_are_those_of_the_librarys_layers(grid, patch, heads, depth, toolkit, seed):
    size = (grid[0] * patch[0], grid[1] * patch[1])
    network = VisionTransformer(
        4,
        2,
        image_size=size,
        patch_size=patch,
        hidden_size=4 * heads,
        num_layers=depth,
        num_heads=heads,
        ffn_size=6,
        nn=toolkit,
    )
    network = moved(network.double(), seed)
    other = Librarys(network)
    x = torch.randn(3, 2, *size, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    y, expected = network(x), other(x)
    torch.testing.assert_close(y, expected)
    y.square().sum().backward()
    expected.square().sum().backward()
    ours = dict(network.named_parameters())
    for theirs, name in other.names():
        gradient = other.get_parameter(theirs).grad
        torch.testing.assert_close(
            ours[name].grad, gradient.reshape(ours[name].shape), msg=lambda m, n=name: f"{n}: {m}"
        )


def test_attention_is_the_softmax_of_scaled_products_head_by_head():
    network = moved(small().double()).eval()
    x = torch.randn(3, 2, 8, 12, dtype=torch.float64)
    found = network.attention(x)
    assert found.shape == (2, 3, 4, 7, 7)
    torch.testing.assert_close(found.sum(dim=-1), torch.ones(2, 3, 4, 7, dtype=torch.float64))
    patches = network.conv_proj(x).flatten(2).transpose(1, 2)
    tokens = torch.cat([network.class_token.expand(3, 1, -1), patches], dim=1) + network.encoder.pos_embedding
    for layer, weights in zip(network.encoder.layers, found, strict=True):
        h = layer.ln_1(tokens)
        q, k, _ = (h @ layer.self_attention.in_proj_weight.T + layer.self_attention.in_proj_bias).chunk(3, dim=-1)
        for head in range(4):
            part = slice(4 * head, 4 * head + 4)
            expected = (q[..., part] @ k[..., part].transpose(1, 2) / 2).softmax(dim=-1)
            torch.testing.assert_close(weights[:, head], expected)
        tokens = layer(tokens)


def test_it_starts_as_torchvisions_does():
    torch.manual_seed(0)
    network = VisionTransformer(image_size=32, patch_size=8, hidden_size=256, num_layers=1, num_heads=4, ffn_size=512)
    layer = network.encoder.layers.encoder_layer_0
    assert network.conv_proj.weight.std().item() == pytest.approx((3 * 64) ** -0.5, rel=0.02)
    assert network.encoder.pos_embedding.std().item() == pytest.approx(0.02, rel=0.05)
    for weight in (layer.mlp[0].weight, layer.mlp[3].weight):
        bound = math.sqrt(6 / (256 + 512))
        assert bound * 0.99 < weight.abs().max() <= bound
    for bias in (layer.mlp[0].bias, layer.mlp[3].bias):
        assert bias.std().item() == pytest.approx(1e-6, rel=0.2)
    for zero in (network.class_token, network.conv_proj.bias, *network.heads.parameters()):
        assert not zero.any()
    assert not network(torch.randn(2, 3, 32, 32)).any()  # all classes are equally likely
    assert {m.eps for m in network.modules() if isinstance(m, nn.LayerNorm)} == {1e-6}


def test_patches_have_places():
    """Without the table the order of patches would not matter; with it, it does."""
    network = moved(small().double()).eval()
    x = torch.randn(1, 2, 8, 12, dtype=torch.float64)
    turned = x.roll(4, dims=3)  # the same patches in another order
    assert not torch.allclose(network(x), network(turned))
    with torch.no_grad():
        network.encoder.pos_embedding.zero_()
    torch.testing.assert_close(network(x), network(turned))


@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
@pytest.mark.parametrize("kind", ["dropout", "attention_dropout"])
def test_dropout_is_for_training_alone(kind, toolkit):
    network = moved(small(**{kind: 0.5}, nn=toolkit))
    x = torch.randn(2, 2, 8, 12)
    assert not torch.equal(network(x), network(x))
    network.eval()
    torch.testing.assert_close(network(x), network(x), rtol=0, atol=0)
    plain = small(nn=toolkit).eval()
    plain.load_state_dict(network.state_dict())
    torch.testing.assert_close(network(x), plain(x))


@pytest.mark.parametrize(("make", "shape"), [(vit_small_28, (2, 1, 28, 28)), (vit_small_32, (2, 3, 32, 32))])
def test_small_ones_take_small_images(make, shape):
    assert make()(torch.randn(shape)).shape == (2, 10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"patch_size": 15}, "patch_size must divide image_size, but patches of 15x15 pixels do not fill .* 224x224"),
        ({"image_size": (32, 40), "patch_size": 16}, "patches of 16x16 pixels do not fill images of 32x40"),
        ({"num_heads": 7}, "num_heads must divide hidden_size, but 768 is not a multiple of 7"),
        ({"num_layers": 0}, "num_layers must be at least 1, got 0"),
        ({"ffn_size": 0}, "ffn_size must be at least 1, got 0"),
        ({"num_heads": 0}, "num_heads must be at least 1, got 0"),
        ({"patch_size": 0}, "patch_size must be at least 1, got 0"),
        ({"num_classes": 0}, "num_classes must be at least 1, got 0"),
    ],
)
def test_impossible_sizes_are_named(arguments, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        VisionTransformer(**arguments)


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, 3, 8, 12), "x has 3 channels, but the network was made with in_channels=2"),
        ((2, 8, 12), r"x must have the shape \(batch, channels, height, width\), got \(2, 8, 12\)"),
        ((2, 2, 12, 8), "images of 12x8 pixels, but the position table is for 8x12; see interpolate_positions"),
        ((2, 2, 16, 24), "images of 16x24 pixels, but the position table is for 8x12"),
    ],
)
def test_inputs_that_do_not_fit_are_named(shape, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        small()(torch.empty(shape))
