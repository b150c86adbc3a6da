"""Operations are those of torch's own counter, for every network here and for kinds that are yet to come."""

import inspect
import pkgutil
import subprocess
import sys
from importlib import import_module

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils.flop_counter import FlopCounterMode

from deepdive import models, scratch
from deepdive.algorithms.inspection import FlopCount, summary
from deepdive.models import Siamese
from deepdive.models.language import BagOfWords
from deepdive.models.linear import LinearRegression
from deepdive.models.multi_output import MultiOutputMLP
from deepdive.models.vision import BasicBlock, Bottleneck, DenseLayer, Inception
from deepdive.models.vision.efficientnet import EfficientNetLite, InvertedResidual
from deepdive.models.vision.residual.anynet import AnyNet, XBlock
from deepdive.models.vision.residual.resnet9 import Residual, ResNet9
from deepdive.models.vision.transformer import Encoder, EncoderBlock
from deepdive.twins import LANGUAGE, NETWORKS
from deepdive.twins.transformers import TRANSFORMERS

pytestmark = pytest.mark.usefixtures("without_shape_checks")


def librarys_count(network, *inputs):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(*inputs)
    return counter.get_total_flops()


IN_THE_TABLE = {
    f"{name}-{side}-{i}": (make, case)
    for name, twin in NETWORKS.items()
    for side, make in (("torch", twin.theirs), ("scratch", twin.ours))
    for i, case in enumerate(twin.cases)
}
OTHERS = {
    "BagOfWords": lambda toolkit: (
        BagOfWords(9, 4, nn=toolkit),
        (torch.ones(3, 5, dtype=torch.long), torch.ones(3, 5)),
    ),
    "AnyNet": lambda toolkit: (
        AnyNet(5, 2, depths=(1, 2), widths=(8, 16), group_widths=4, nn=toolkit),
        (torch.empty(2, 2, 16, 16),),
    ),
    "XBlock": lambda toolkit: (
        XBlock(4, 8, inner_channels=8, group_width=4, stride=2, nn=toolkit),
        (torch.empty(2, 4, 9, 8),),
    ),
    "ResNet9": lambda toolkit: (ResNet9(5, 2, widths=(4, 6, 8, 8), nn=toolkit), (torch.empty(2, 2, 16, 16),)),
    "Residual": lambda toolkit: (Residual(4, nn=toolkit), (torch.empty(2, 4, 9, 8),)),
    "LinearRegression": lambda toolkit: (LinearRegression(4, nn=toolkit), (torch.empty(3, 4),)),
    "MultiOutputMLP": lambda toolkit: (
        MultiOutputMLP(3, (5, 9), {"age": 1, "sex": 2}, nn=toolkit),
        (torch.empty(4, 3), torch.zeros(4, 2, dtype=torch.int64)),
    ),
    "BasicBlock": lambda toolkit: (BasicBlock(4, 6, 2, nn=toolkit), (torch.empty(2, 4, 9, 8),)),
    "Bottleneck": lambda toolkit: (
        Bottleneck(4, 4, groups=2, width_per_group=64, nn=toolkit),
        (torch.empty(2, 4, 9, 8),),
    ),
    "DenseLayer": lambda toolkit: (DenseLayer(4, 3, nn=toolkit), (torch.empty(2, 4, 9, 8),)),
    "Inception": lambda toolkit: (Inception(4, (2, 3, 4, 2, 3, 2), nn=toolkit), (torch.empty(2, 4, 9, 8),)),
    "EfficientNetLite": lambda toolkit: (EfficientNetLite(4, 2, width=0.25, nn=toolkit), (torch.empty(2, 2, 33, 32),)),
    "InvertedResidual": lambda toolkit: (InvertedResidual(4, 6, stride=2, nn=toolkit), (torch.empty(2, 4, 9, 8),)),
    "EncoderBlock": lambda toolkit: (EncoderBlock(8, 2, 12, nn=toolkit), (torch.empty(3, 5, 8),)),
    "Encoder": lambda toolkit: (Encoder(5, 8, 2, 2, 12, nn=toolkit), (torch.empty(3, 5, 8),)),
    "Siamese": lambda toolkit: (Siamese(models.LeNet(4, nn=toolkit)), (torch.empty(2, 1, 28, 28),) * 2),
}


@pytest.mark.parametrize("name", IN_THE_TABLE)
def test_operations_of_a_network_are_the_librarys(name):
    make, case = IN_THE_TABLE[name]
    network = make(**case.arguments)
    inputs = tuple(sample.draw(torch.Generator(), torch.float32).detach() for sample in case.inputs)
    found = summary(network, inputs).flops
    expected = librarys_count(network.to("meta"), *(x.to("meta") for x in inputs))  # fused kernels hide their products
    assert expected > 0
    assert found == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
@pytest.mark.parametrize("name", OTHERS)
def test_so_are_those_of_networks_with_more_inputs_or_outputs(name, toolkit):
    network, inputs = OTHERS[name](toolkit)
    found = summary(network, inputs).flops
    expected = librarys_count(network.to("meta"), *(x.to("meta") for x in inputs))  # fused kernels hide their products
    assert found == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("name", [name for name in LANGUAGE if name not in TRANSFORMERS])
def test_those_of_networks_of_language_are_one_for_each_weight_and_token(name):
    """Fused kernels hide the products of recurrent layers from the library's counter; a closed form is the oracle."""
    twin = LANGUAGE[name]
    for case in twin.cases:
        inputs = tuple(sample.draw(torch.Generator(), torch.float32).detach() for sample in case.inputs)
        found = []
        for make in (twin.theirs, twin.ours):
            network = make(**case.arguments)
            found.append(summary(network, inputs, device="cpu").flops)
        assert found[0] == found[1] == closed_form(network, inputs)


def closed_form(network, inputs):
    """Twice the multiplications: every weight meets every token, and in a packed sequence no padding."""
    first, *rest = inputs
    tokens = first.shape[0] * first.shape[1]
    packed = int(rest[0].sum()) if rest else tokens
    written = rest[1].numel() if len(rest) > 1 else tokens
    total = 0
    for path, module in network.named_modules():
        weights = sum(p.numel() for name, p in module.named_parameters(recurse=False) if "weight" in name)
        kind = type(module).__name__
        if kind in ("RNN", "GRU", "LSTM"):
            read = isinstance(network, models.language.RecurrentEncoder) or path.startswith("encoder")
            total += 2 * weights * (packed if read else written)
        elif kind == "Linear":
            reading = isinstance(network, models.language.Tagger) or path == "scoring.key"
            met = tokens if reading else written
            total += 2 * weights * met * (first.shape[1] if path == "scoring.score" else 1)
        elif kind == "AdditiveAttention":  # the weighted sum
            total += 2 * written * first.shape[1] * module.key.in_features
        elif kind == "Conv2d":
            characters = inputs[-1]
            total += 2 * weights * characters.numel()
    return total


def test_no_network_is_left_out():
    modules = [import_module(m.name) for m in pkgutil.walk_packages(models.__path__, "deepdive.models.")]
    found = {
        value.__name__
        for module in modules
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, nn.Module) and value.__module__ == module.__name__
        and not name.startswith("_") and ".transformers.core." not in module.__name__  # parts of those that are there
    } - {"BERT"}  # fmt: skip
    assert found <= {name.partition("(")[0] for name in (*NETWORKS, *LANGUAGE)} | set(OTHERS)


@given(
    groups=st.integers(1, 3),
    kernel=st.integers(1, 3),
    stride=st.integers(1, 2),
    dilation=st.integers(1, 2),
    transposed=st.booleans(),
    toolkit=st.sampled_from([nn, scratch]),
)
@settings(max_examples=40, deadline=None)
def test_any_convolution(groups, kernel, stride, dilation, transposed, toolkit):
    kind = toolkit.ConvTranspose2d if transposed else toolkit.Conv2d
    layer = kind(2 * groups, 4 * groups, kernel, stride=stride, padding=1, dilation=dilation, groups=groups)
    x = torch.empty(2, 2 * groups, 9, 7)
    library = getattr(nn, type(layer).__name__)(
        2 * groups, 4 * groups, kernel, stride=stride, padding=1, dilation=dilation, groups=groups
    )
    assert summary(layer, x).flops == librarys_count(library, x)


@pytest.mark.parametrize(
    ("network", "shapes"),
    [
        (nn.LSTM(10, 20, 2, bidirectional=True), [(5, 3, 10)]),
        (nn.GRU(10, 20, batch_first=True), [(5, 3, 10)]),
        (nn.Transformer(16, 4, 1, 1, 32, dropout=0.0, batch_first=True), [(2, 7, 16), (2, 5, 16)]),
        (nn.Sequential(nn.Conv1d(3, 4, 3), nn.ReLU(), nn.ConvTranspose1d(4, 2, 3)), [(2, 3, 9)]),
        (nn.Bilinear(3, 4, 5), [(6, 3), (6, 4)]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_kinds_of_later_chapters(network, shapes):
    inputs = tuple(torch.empty(shape) for shape in shapes)
    on_meta = [x.to("meta") for x in inputs]  # on a processor a fused kernel hides its products from both
    found = summary(network, inputs).flops
    assert found == pytest.approx(librarys_count(network.to("meta"), *on_meta), rel=0.01)


RECURRENT = {"RNN": 1, "LSTM": 4, "GRU": 3}


@pytest.mark.parametrize("device", ["meta", "cpu"])
@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
@pytest.mark.parametrize("kind", RECURRENT)
@pytest.mark.parametrize("form", ["batch", "one", "packed"])
def test_recurrent_layers_meet_every_step_with_all_their_weights(kind, toolkit, device, form):
    layer = getattr(toolkit, kind)(10, 20, 2, bidirectional=True)
    x = torch.empty(5, 3, 10)
    inputs, rows = {
        "batch": (x, 15),
        "one": (x[:, 0], 5),
        "packed": (pack_padded_sequence(x, [2, 5, 1], enforce_sorted=False), 8),
    }[form]
    found = summary(layer, (inputs,), device=device)
    weights = sum(p.numel() for p in layer.parameters() if p.ndim == 2)
    assert found.flops == 2 * rows * weights == 2 * rows * RECURRENT[kind] * 20 * 2 * (10 + 20 + 40 + 20)
    assert found.layers[0].output_shapes[0][-1] == 40
    assert len(found.layers[0].output_shapes) == (3 if kind == "LSTM" else 2)
    if form == "batch":
        on_meta = getattr(nn, kind)(10, 20, 2, bidirectional=True, device="meta")
        assert found.flops == librarys_count(on_meta, x.to("meta"))


@pytest.mark.parametrize("device", ["meta", "cpu"])
@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
@pytest.mark.parametrize("kind", RECURRENT)
@pytest.mark.parametrize("shape", [(3, 10), (10,)])
def test_so_do_cells(kind, toolkit, device, shape):
    cell, x = getattr(toolkit, f"{kind}Cell")(10, 20), torch.empty(shape)
    rows = x.numel() // 10
    found = summary(cell, x, device=device)
    assert found.flops == 2 * rows * RECURRENT[kind] * 20 * (10 + 20) == librarys_count(cell, x)
    assert found.layers[0].output_shapes == ((*shape[:-1], 20),) * (2 if kind == "LSTM" else 1)


def test_attention_is_two_products_per_head():
    q, k, v = torch.randn(2, 3, 5, 8), torch.randn(2, 3, 7, 8), torch.randn(2, 3, 7, 4)
    for device in ("cpu", "meta"):
        with FlopCount() as count, torch.no_grad():
            nn.functional.scaled_dot_product_attention(q.to(device), k.to(device), v.to(device))
        assert count.total == 2 * 2 * 3 * (5 * 7 * 8 + 5 * 7 * 4)


def test_products_with_a_vector_count_too():
    with FlopCount() as count:
        torch.ones(3, 4) @ torch.ones(4)
        torch.ones(4) @ torch.ones(4)
        torch.addmv(torch.ones(3), torch.ones(3, 4), torch.ones(4))
        torch.ones(3, 4) + torch.ones(4)
    assert count.total == 2 * (12 + 4 + 12)


def test_counting_does_not_import_the_compiler():
    """It would take a second at the start of every run."""
    code = (
        "import sys, torch\nfrom deepdive.algorithms.inspection import FlopCount\n"
        "with FlopCount() as count:\n    torch.ones(3, 4) @ torch.ones(4, 5)\n"
        "print(count.total, 'torch._dynamo' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["120", "False"]
