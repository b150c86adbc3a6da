"""Which precision and layout is taken: by the device and the network alone, told before the first step, and kept."""

import io
from functools import partial
from types import SimpleNamespace

import pytest
import torch
from tests.training.examples import assert_same_weights, weights
from torch import nn

from deepdive import scratch
from deepdive.data.loaders import TensorLoader
from deepdive.data.types import DataModule
from deepdive.models.transformers.gpt import GPT
from deepdive.models.vision import resnet18
from deepdive.models.vision.lenet import LeNet
from deepdive.models.vision.transformer.vit import VisionTransformer
from deepdive.training import Classification, FolderCheckpoints, Trainer, evaluate
from deepdive.training.formats import Format, choose_format, has_half_precision_units, rule
from deepdive.training.listeners import ProgressLines

pytestmark = pytest.mark.usefixtures("without_shape_checks")
CPU = torch.device("cpu")


@pytest.fixture(params=[True, False], ids=["units", "no units"])
def units(request, monkeypatch):
    """Whether the processor has units for products in half precision."""
    monkeypatch.setattr(rule, "has_half_precision_units", lambda device: request.param)
    return request.param


class Images(DataModule):
    def prepare(self) -> None:
        pass

    def train_loader(self) -> TensorLoader:
        x = torch.randn(60, 40, 5, 5, generator=torch.Generator().manual_seed(1))
        return TensorLoader((x, torch.arange(60) % 3), 16, shuffle=True, seed=2)

    def test_loader(self) -> TensorLoader:
        return TensorLoader((torch.ones(4, 40, 5, 5), torch.arange(4) % 3), 4)


def task():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(40, 150, 3), nn.ReLU(), nn.Flatten(), nn.Linear(1350, 3))
    return Classification(network, optimizer=partial(torch.optim.SGD, lr=0.01, momentum=0.9))


def test_large_products_are_computed_in_half_precision_where_there_are_units_for_it(units):
    half = "bf16" if units else "fp32"
    assert choose_format(resnet18(10), CPU) == Format(half, "channels-last")
    assert choose_format(resnet18(10, nn=scratch), CPU) == Format(half)  # the layout is for the library's kernels
    for layer in (nn.LSTM(8, 64), scratch.GRU(8, 64), nn.TransformerEncoderLayer(256, 4)):
        assert choose_format(layer, CPU) == Format(half)


def test_small_networks_and_perceptrons_stay_in_full_precision(units):
    assert choose_format(LeNet(), CPU) == Format("fp32", "channels-last")
    for network in (nn.Linear(9999, 999), nn.GRU(99, 63), nn.TransformerEncoderLayer(255, 5), nn.Embedding(9999, 99)):
        assert choose_format(network, CPU) == Format("fp32")


@pytest.mark.parametrize(("width", "precision"), [(256, "bf16"), (252, "fp32")])
@pytest.mark.parametrize("toolkit", [nn, scratch])
def test_attention_decides_by_its_width_whatever_else_is_there(width, precision, toolkit, monkeypatch):
    monkeypatch.setattr(rule, "has_half_precision_units", lambda device: True)
    images = VisionTransformer(
        10, 1, image_size=28, patch_size=7, hidden_size=width, num_layers=1, num_heads=4, ffn_size=512, nn=toolkit
    )
    text = GPT(99, 16, width, num_heads=4, num_layers=1, nn=toolkit)
    assert choose_format(images, CPU).precision == choose_format(text, CPU).precision == precision


@pytest.mark.parametrize(("out", "channels", "precision"), [(32, 4, "bf16"), (31, 99, "fp32"), (99, 3, "fp32")])
def test_what_counts_of_a_convolution_are_the_sides_of_its_product(out, channels, precision, monkeypatch):
    monkeypatch.setattr(rule, "has_half_precision_units", lambda device: True)
    assert choose_format(nn.Conv2d(channels, out, 3), CPU).precision == precision


@pytest.mark.parametrize(
    ("precision", "device", "layout"),
    [
        ("fp32", "cpu", "channels-last"),
        ("bf16", "cpu", "channels-last"),
        ("fp32", "cuda", None),
        ("fp16", "cuda", "channels-last"),
        ("fp32", "mps", None),
    ],
)
def test_what_is_given_stays(units, precision, device, layout):
    network, device = LeNet(), torch.device(device)
    assert choose_format(network, device, precision=precision) == Format(precision, layout)
    given = choose_format(network, device, precision=precision, layout="contiguous")
    assert given == Format(precision, "contiguous")


@pytest.mark.parametrize(
    ("capability", "bf16", "amx", "arm", "has"),
    [
        ("AVX512", True, False, True, True),
        ("AVX512", False, True, True, True),
        ("AVX512", False, False, True, False),  # emulated: at half of the speed
        ("AVX2", False, False, False, False),
        ("DEFAULT", False, False, True, True),
        ("SVE256", False, False, False, False),
    ],
)
def test_units_of_processors(capability, bf16, amx, arm, has, monkeypatch):
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: bf16)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    monkeypatch.setattr(rule, "_mkldnn", SimpleNamespace(_is_mkldnn_bf16_supported=lambda: arm))
    monkeypatch.setattr(rule.platform, "machine", lambda: "x86_64" if capability.startswith("AVX") else "aarch64")
    assert has_half_precision_units(CPU) is has


def test_this_machine_and_other_devices_answer():
    assert has_half_precision_units(CPU) in (True, False)
    assert not has_half_precision_units(torch.device("mps"))
    assert not has_half_precision_units(torch.device("meta"))


def test_a_resumed_run_keeps_the_format_it_began_with_on_any_machine(monkeypatch, tmp_path):
    monkeypatch.setattr(rule, "has_half_precision_units", lambda device: True)
    trainer = partial(Trainer, epochs=2, device="cpu", precision="auto", checkpoint_every=1)
    whole = task()
    trainer().fit(whole, Images())
    trainer(steps=4).fit(task(), Images(), checkpoints=FolderCheckpoints(tmp_path))
    monkeypatch.setattr(rule, "has_half_precision_units", lambda device: False)
    rest = task()
    session = trainer().session(rest, Images(), FolderCheckpoints(tmp_path))
    assert session.plan.precision == "fp32"
    session.resume()
    assert (session.plan.precision, session.plan.layout) == ("bf16", "channels-last")
    convolution = rest.network[0].weight
    momentum = session._stepper.optimizer.state[convolution]["momentum_buffer"]
    assert momentum.stride() == convolution.stride() != torch.empty(convolution.shape).stride()
    list(session)
    assert_same_weights(weights(rest), weights(whole))


def test_what_is_given_overrules_the_checkpoint(monkeypatch, tmp_path):
    monkeypatch.setattr(rule, "has_half_precision_units", lambda device: True)
    Trainer(epochs=2, steps=4, device="cpu", precision="auto").fit(
        task(), Images(), checkpoints=FolderCheckpoints(tmp_path)
    )
    session = Trainer(epochs=2, device="cpu", layout="contiguous").session(
        task(), Images(), FolderCheckpoints(tmp_path)
    )
    session.resume()
    assert (session.plan.precision, session.plan.layout, session.plan.notes) == ("fp32", "contiguous", ())


def test_half_precision_that_was_not_asked_for_is_told_once(units):
    stream = io.StringIO()
    Trainer(epochs=2, device="cpu", precision="auto").fit(task(), Images(), listeners=[ProgressLines(stream)])
    assert stream.getvalue().count("precision bf16, which this device supports") == units


def test_an_evaluation_that_leaves_the_precision_open_follows_the_same_rule(units):
    seen, one = [], task()
    one.network.register_forward_hook(lambda module, inputs, output: seen.append(output.dtype))
    evaluate(one, Images().test_loader(), CPU, prefix="test", precision="auto")
    assert seen == [torch.bfloat16 if units else torch.float32]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"precision": "fp8"}, "precision is 'fp8'; it must be one of auto, fp32, bf16, fp16"),
        ({"layout": "nhwc"}, "layout is 'nhwc'; it must be one of auto, channels-last, contiguous"),
    ],
)
def test_unknown_names_are_refused(words, message):
    with pytest.raises(ValueError, match=message):
        Trainer(epochs=1, **words)


@pytest.mark.parametrize("own", [True, False])
def test_a_graphics_card_that_emulates_has_no_units(own, monkeypatch):
    """``is_bf16_supported()`` says yes of cards before Ampere, too, which emulate it."""
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: own or including_emulation)
    assert has_half_precision_units(torch.device("cuda")) is own
