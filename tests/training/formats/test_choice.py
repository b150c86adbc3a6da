"""Which precision and layout is taken: the rules, on made-up and on real measurements."""

import math

import pytest
import torch
from torch import nn

from deepdive import scratch
from deepdive.training import Classification, Trainer
from deepdive.training.formats import Format, choice, choose_format, timing, told_format

pytestmark = pytest.mark.usefixtures("without_shape_checks")
CPU = torch.device("cpu")
LAST, PLAIN, HALF = Format("fp32", "channels-last"), Format("fp32", "contiguous"), Format("bf16", "channels-last")


def convolutional(nn=nn, channels=8):
    return Classification(
        nn.Sequential(
            nn.Conv2d(3, channels, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 4)
        ),
        optimizer=torch.optim.SGD,
    )


def batch(rows=4, side=12):
    return torch.rand(rows, 3, side, side), torch.arange(rows) % 4


@pytest.fixture
def measured(monkeypatch):
    """Every step counts as large enough, and takes as long as told."""
    monkeypatch.setattr(choice, "SMALL_STEP", 0)
    seconds, asked = {}, []

    def step_seconds(task, some, device, formats):
        asked.append(list(formats))
        return {each: seconds[each] for each in formats}

    monkeypatch.setattr(choice, "step_seconds", step_seconds)
    monkeypatch.setattr(choice, "half_slowdown", lambda device: 0.5)
    return seconds, asked


@pytest.mark.parametrize(
    ("seconds", "best"),
    [
        ({LAST: 1.0, PLAIN: 1.0, HALF: 1.0}, LAST),
        ({LAST: 1.0, PLAIN: 0.95, HALF: 0.95}, LAST),  # not clearly
        ({LAST: 1.0, PLAIN: 0.8, HALF: 0.75}, PLAIN),  # not clearly faster than the better full one
        ({LAST: 1.0, PLAIN: 2.0, HALF: 0.5}, HALF),
        ({LAST: 1.0, PLAIN: math.inf, HALF: math.inf}, LAST),
    ],
)
def test_another_format_is_taken_if_it_is_clearly_faster(seconds, best, measured):
    measured[0].update(seconds)
    found = choose_format(convolutional(), batch(), CPU)
    assert found.format == best
    assert found.seconds == seconds
    assert found.note.startswith(f"precision {best.precision}, layout {best.layout}: steps take ")


def test_only_what_is_open_is_measured(measured):
    seconds, asked = measured
    seconds.update({LAST: 1.0, PLAIN: 1.0, HALF: 0.5, Format("bf16", "contiguous"): 0.5, Format(): 1.0})
    seconds[Format("bf16")] = 0.1
    assert choose_format(convolutional(), batch(), CPU, "contiguous").format == Format("bf16", "contiguous")
    perceptron = Classification(nn.Sequential(nn.Flatten(), nn.Linear(432, 4)), optimizer=torch.optim.SGD)
    assert choose_format(perceptron, batch(), CPU).format == Format("bf16")
    assert choose_format(convolutional(scratch), batch(), CPU).format == Format("bf16")
    assert asked == [[PLAIN, Format("bf16", "contiguous")], *2 * [[Format(), Format("bf16")]]]


def test_half_precision_that_is_emulated_is_not_even_tried(measured, monkeypatch):
    seconds, asked = measured
    seconds.update({LAST: 1.0, PLAIN: 1.0})
    monkeypatch.setattr(choice, "half_slowdown", lambda device: 75.0)
    found = choose_format(convolutional(), batch(), CPU)
    assert asked == [[LAST, PLAIN]]
    assert "a product in bf16 takes 75 times as long here" in found.note


def test_small_steps_are_not_measured(monkeypatch):
    monkeypatch.setattr(choice, "step_seconds", None)
    found = choose_format(convolutional(), batch(), CPU)
    assert found.format == LAST
    assert "too small to be measured" in found.note


def test_a_step_that_fails_is_left_to_the_training_to_explain(monkeypatch):
    monkeypatch.setattr(choice, "SMALL_STEP", 0)
    found = choose_format(convolutional(), (torch.rand(4, 5, 12, 12), torch.zeros(4, dtype=torch.int64)), CPU)
    assert found.format == LAST
    assert "nothing could be measured (RuntimeError)" in found.note


def test_nothing_is_tried_on_other_devices():
    found = choose_format(convolutional(), batch(), torch.device("meta"))
    assert (found.format, found.reason) == (Format(), "nothing else is tried on meta")


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
def test_a_precision_that_is_told_comes_with_the_layout_that_is_known_to_suit_it(precision, device, layout):
    assert told_format(precision, "auto", torch.device(device)) == Format(precision, layout)
    assert told_format(precision, "contiguous", torch.device(device)) == Format(precision, "contiguous")


def test_slow_formats_are_given_up_within_a_step(monkeypatch):
    """The clock says that all layers in half precision take a second each."""
    now, slow = [0.0], []
    monkeypatch.setattr(timing.time, "perf_counter", lambda: now[0])

    class Slow(nn.Module):
        def forward(self, x):
            half = torch.is_autocast_enabled("cpu")
            now[0] += 1.0 if half else 0.01
            slow.append(half)
            return x

    network = nn.Sequential(nn.Flatten(), *[Slow() for _ in range(9)], nn.Linear(432, 4))
    task = Classification(network, optimizer=torch.optim.SGD)
    found = timing.step_seconds(task, batch(), CPU, [Format(), Format("bf16")])
    assert found == {Format(): pytest.approx(0.09), Format("bf16"): math.inf}
    assert sum(slow) <= 2


def test_a_product_is_timed_in_both_precisions():
    assert 0.05 < choice.half_slowdown(CPU) < 10_000


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
