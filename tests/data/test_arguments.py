"""A string is not taken letter by letter where several are meant, and what holds tensors says what shape they have."""

import functools
import importlib

import pytest
import torch

from deepdive.data.loaders import TensorLoader
from deepdive.data.pretraining.spans import cut_spans
from deepdive.data.sequences.ragged import Ragged
from deepdive.data.splits import hold_out, k_fold, stratified_split
from deepdive.data.text import Vocabulary, WordTokenizer
from deepdive.data.text.windows import RandomWindows, all_windows
from deepdive.data.translation.sentences import cut
from deepdive.data.translation.splitting import references_of, split_pairs

IDS = torch.arange(6)
WORDS = Vocabulary.of(["a", "b"])
RAGGED = Ragged.from_lists([[1, 2], [3]])
STRINGS = "must be (a sequence of strings|several strings), got the string 'abc'"

BAD = [
    (lambda: Vocabulary.of("abc"), f"tokens {STRINGS}"),
    (lambda: Vocabulary({"a": 1}, reserved="abc"), f"reserved {STRINGS}"),
    (lambda: WORDS.ids("abc"), f"tokens {STRINGS}"),
    (lambda: WORDS.tokens(torch.tensor([[1]])), r"ids must have shape \(n,\), got \(1, 1\)"),
    (lambda: WORDS.tokens(torch.tensor([1.0])), "ids must be integer, got float32"),
    (lambda: WORDS.tokens(torch.tensor([0, 3])), r"ids must be from 0 to 2, got 3 at \[1\]"),
    (lambda: cut("abc", WordTokenizer()), f"sentences {STRINGS}"),
    (lambda: split_pairs("abc", test=1), f"sources {STRINGS}"),
    (lambda: references_of("abc", [("a", "b")]), f"sources {STRINGS}"),
    (lambda: stratified_split(torch.zeros(4, 1).long(), 0.5), r"labels must have shape \(n,\), got \(4, 1\)"),
    (lambda: stratified_split(torch.zeros(4), 0.5), "labels must be an integer tensor, got float32"),
    (lambda: stratified_split(torch.tensor([0, -1]), 0.5), r"labels must be from 0 up, got -1 at \[1\]"),
    (lambda: hold_out(9, float("nan")), "held_out must be a number, got nan"),
    (lambda: hold_out(9, True), "held_out must be a number, got True"),
    (lambda: hold_out(9.0, 1), r"rows must be an integer, got 9\.0"),
    (lambda: k_fold(9, 2.0), r"folds must be an integer, got 2\.0"),
    (lambda: all_windows(IDS[None], 2), r"corpus must have shape \(n,\), got \(1, 6\)"),
    (lambda: all_windows(IDS.float(), 2), "corpus must be an int64 tensor, got float32"),
    (lambda: RandomWindows(IDS[None], 1, 2), r"corpus must have shape \(n,\)"),
    (lambda: RAGGED.padded(torch.tensor([[0]])), r"rows must have shape \(b,\), got \(1, 1\)"),
    (lambda: RAGGED.slices(IDS[:2], IDS[:1]), r"lengths must have shape \(m=2,\), got \(1,\)"),
    (
        lambda: TensorLoader(torch.ones(3), 1),
        r"fields must be a tuple of at least one tensor, got float32 of shape \(3,\)",
    ),
    (lambda: TensorLoader(([1.0],), 1), r"fields\[0\] must be a tensor, got list"),
    (lambda: TensorLoader((torch.ones(3),), 1.5), r"batch_size must be an integer, got 1\.5"),
    (
        lambda: cut_spans(IDS[None], torch.zeros(1, 1).bool(), [9]),
        r"noise_mask must have shape \(b=1, n=6\), got \(1, 1\)",
    ),
]


@pytest.mark.parametrize(("call", "message"), BAD, ids=[message for _, message in BAD])
def test_what_is_meant_otherwise_is_refused(call, message, without_shape_checks):
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        call()


def test_class_numbers_may_be_stored_in_bytes():
    labels = torch.tensor([0, 200] * 10)
    for found, expected in zip(stratified_split(labels.to(torch.uint8), 4), stratified_split(labels, 4), strict=True):
        assert torch.equal(found, expected)


CHECKED = {
    "pretraining.pairs": {"draw_pairs"},
    "pretraining.spans": {"span_counts", "draw_spans", "cut_spans"},
    "questions.windows": {"cut_windows"},
    "sequences.ragged": {f"Ragged.{name}" for name in ("rows", "slices", "first", "reversed", "preceded_by", "padded")},
    "splits": {"stratified_split", "hold_out", "k_fold"},
    "tagging.words": {"WordEncoder.encode"},
    "text.streams": {"SequentialWindows.__init__"},
    "text.windows": {"all_windows", "consecutive_windows", "RandomWindows.__init__"},
    "translation.sentences": {"SentenceEncoder.encode"},
    "translation.splitting": {"normalized", "split_pairs", "references_of"},
}
"""What is held to its signature at run time, by module."""


@pytest.mark.parametrize("module", CHECKED)
def test_what_is_held_to_its_signature_stays_so(module):
    owner = importlib.import_module(f"deepdive.data.{module}")
    for name in CHECKED[module]:
        function = functools.reduce(getattr, name.split("."), owner)
        assert getattr(function, "is_checked", False), name
