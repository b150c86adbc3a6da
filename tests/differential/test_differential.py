"""Any call of any public name: both sides refuse it, or both give equal numbers, dtypes, shapes and gradients."""

from zlib import crc32

import pytest
import torch
from torch import nn

from deepdive import scratch
from deepdive.twins import LAYERS, LayerTwin, Sample
from deepdive.twins.kinds import Case

from .exceptions import EXCEPTIONS, reason, unsafe
from .mutations import name_of
from .outcomes import Sides, difference, precision_of
from .subjects import SUBJECTS, Subject

pytestmark = pytest.mark.usefixtures("without_shape_checks")  # which would speak first

ALWAYS = ("as it is", "under autocast", "everything")
SOME = 45
"""About so many of the other calls the short test makes; like every choice, the same ones every time."""


def found_differences(name, subject, each, wanted):
    """Of the calls that are wanted those whose outcomes differ, in words, and how they differ."""
    sides = Sides(subject.twin)
    for i, call in each:
        if wanted(i, call):
            found = difference(*sides(call, unsafe=unsafe(name, call)), precision_of(call))
            if found:
                yield f"case {i}, {call.words}", call.words, found


def unmeant(name, subject, *, every=False, part=None):
    """What differs without a reason; in all calls, in one of so many, or in some of the first and the largest case."""
    each = list(subject.calls(every=every))
    part = part or max(1, len(each) // SOME)

    def wanted(i, call):
        return call.words.startswith(ALWAYS) or crc32(f"{name} {i} {call.words}".encode()) % part == 0

    found = found_differences(name, subject, each, wanted)
    return [f"{where}: {d}" for where, words, d in found if not reason(name, words, d)]


@pytest.mark.parametrize("name", SUBJECTS)
def test_both_sides_refuse_or_agree(name):
    assert unmeant(name, SUBJECTS[name]) == []


@pytest.mark.parametrize(
    "part",
    [pytest.param(4, marks=pytest.mark.slow, id="a quarter"), pytest.param(1, marks=pytest.mark.long, id="all")],
)
@pytest.mark.parametrize("name", SUBJECTS)
def test_both_sides_refuse_or_agree_in_every_case(name, part):
    assert unmeant(name, SUBJECTS[name], every=True, part=part) == []


@pytest.mark.slow
def test_every_exception_is_needed():
    """Each call is made that a row concerns for which none has been found so far."""
    needless = dict.fromkeys(EXCEPTIONS)
    for name, subject in SUBJECTS.items():

        def wanted(_, call, name=name):
            return any(each.concerns(name, call.words) for each in needless)

        for _, words, d in found_differences(name, subject, subject.calls(every=True), wanted):
            for row in [each for each in needless if each.holds(name, words, d)]:
                del needless[row]
    assert [each.reason for each in needless] == []


class TakesIntegers(scratch.Softmax):
    def forward(self, input):
        return super().forward(input.float())


class RefusesNothing(scratch.Softmax):
    def forward(self, input):
        return torch.as_tensor(input).exp() / torch.as_tensor(input).exp().sum(self.dim, keepdim=True)


class StaysHalf(scratch.CrossEntropyLoss):
    """As before autocast's policy was followed."""

    def forward(self, input, target):
        return super().forward(input, target).to(input.dtype)


class RefusesBatchesOfNone(scratch.Linear):
    def forward(self, input):
        if not input.numel():
            raise ValueError(f"input must not be empty, got {tuple(input.shape)}")
        return super().forward(input)


@pytest.mark.parametrize(
    ("wrong", "name", "words"),
    [
        (TakesIntegers, "Softmax", "input 0 as int64: accepted, the library refuses"),
        (RefusesNothing, "Softmax", "input 0 is a string: raw error"),
        (StaysHalf, "CrossEntropyLoss", "under autocast bfloat16, everything bfloat16: outputs: torch.bfloat16"),
        (RefusesBatchesOfNone, "Linear", "input 0 empty along 0: refused, the library does not"),
    ],
)
def test_a_layer_that_is_too_lax_too_strict_or_imprecise_is_found(wrong, name, words):
    twin = LAYERS[name]
    subject = Subject(LayerTwin(wrong, twin.theirs, twin.cases), twin.cases[1:2], [])
    assert any(words in found for found in unmeant(name, subject, every=True, part=1))


@pytest.mark.parametrize("half", [torch.bfloat16, torch.float16], ids=name_of)
def test_a_loss_of_half_precision_is_exact_to_single_precision_under_autocast(half):
    logits = torch.randn(64, 10, generator=torch.Generator().manual_seed(0), dtype=half) * 6
    classes = torch.arange(64) % 10
    exact = nn.CrossEntropyLoss()(logits.double(), classes)
    with torch.autocast("cpu", half):
        loss = scratch.CrossEntropyLoss()(logits, classes)
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(exact.item(), rel=1e-6)


def test_samples_that_are_no_tensors_are_cases_like_all_others():
    assert all(subject.cases for subject in SUBJECTS.values())
    assert isinstance(SUBJECTS["init.uniform_"].cases[0], Case)
    assert isinstance(SUBJECTS["init.uniform_"].cases[0].inputs[0], Sample)
