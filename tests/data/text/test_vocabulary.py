from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.data.text import Vocabulary

TOKENS = st.lists(st.text(max_size=3), min_size=1, max_size=50)


def test_the_order_is_unknown_reserved_then_by_frequency_then_by_token():
    vocabulary = Vocabulary.of("b a a c c d b".split(), reserved=("<pad>", "<bos>"))
    assert vocabulary.all_tokens == ("<unk>", "<pad>", "<bos>", "a", "b", "c", "d")
    assert vocabulary.counts == (0, 0, 0, 2, 2, 2, 1)
    assert vocabulary.total == 7
    assert vocabulary.frequency("a") == 2 / 7
    assert vocabulary.unknown == "<unk>"
    assert vocabulary.reserved == ("<pad>", "<bos>")
    assert "a" in vocabulary
    assert "e" not in vocabulary
    assert vocabulary.token_of(3) == "a"
    assert vocabulary.id_of("a") == 3
    assert repr(vocabulary) == "Vocabulary(7 tokens)"


def test_rare_tokens_count_as_unknown():
    vocabulary = Vocabulary({"a": 5, "b": 2, "c": 1, "<unk>": 2}, min_frequency=2)
    assert vocabulary.all_tokens == ("<unk>", "a", "b")
    assert vocabulary.counts == (3, 5, 2)
    assert vocabulary.unknown_rate == 0.3
    assert vocabulary.frequency("c") == vocabulary.frequency("never") == 0.3
    assert Vocabulary({"a": 5, "b": 2, "c": 3}, max_size=3).all_tokens == ("<unk>", "a", "c")


def test_reserved_tokens_in_the_text_keep_their_place():
    vocabulary = Vocabulary({"a": 1, "<eos>": 9}, reserved=["<eos>"], unknown=None)
    assert vocabulary.all_tokens == ("<eos>", "a")
    assert vocabulary.counts == (9, 1)
    assert vocabulary.unknown_rate == 0


@given(TOKENS, st.integers(1, 3), st.integers(3, 20), st.sampled_from([(), ("<pad>",), ("a", "b")]))
def test_what_a_vocabulary_says_agrees_with_counting(tokens, min_frequency, max_size, reserved):
    counts = Counter(tokens)
    options = {"min_frequency": min_frequency, "max_size": max_size, "reserved": reserved}
    if max(counts.values()) < min_frequency and not reserved:
        with pytest.raises(ValueError, match="no token is left"):
            Vocabulary(counts, **options)
        return
    vocabulary = Vocabulary(counts, **options)
    known = [token for token in vocabulary.all_tokens[1:]]
    assert len(vocabulary) <= max_size
    assert all(counts[token] >= min_frequency for token in known if token not in reserved)
    assert dict(zip(known, vocabulary.counts[1:], strict=True)) == {token: counts[token] for token in known}
    assert sum(vocabulary.counts) == vocabulary.total == len(tokens)
    ids = vocabulary.ids(tokens)
    assert ids.dtype == torch.int64
    back = vocabulary.tokens(ids)
    assert back == [token if token in vocabulary else "<unk>" for token in tokens]
    assert vocabulary.unknown_rate == sum(i == 0 for i in ids.tolist()) / len(tokens)
    again = Vocabulary.from_json(vocabulary.to_json())
    assert again == vocabulary
    assert hash(again) == hash(vocabulary)
    assert torch.equal(again.ids(tokens), ids)


def test_a_file_gives_the_same_vocabulary(tmp_path):
    vocabulary = Vocabulary.of(["é", "🙂", "\ud800", "\n"], reserved=["<pad>"])
    vocabulary.save(tmp_path / "v.json")
    assert Vocabulary.load(tmp_path / "v.json") == vocabulary
    assert vocabulary != Vocabulary.of(["é"])


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-5],
        lambda text: "[]",
        lambda text: "\ufffd",
        lambda text: text.replace('"a"', '"b"'),
        lambda text: text.replace("[0, 2, 1]", "[0, 2]"),
        lambda text: text.replace("[0, 2, 1]", "[0, 2, -1]"),
        lambda text: text.replace('"a"', "1"),
        lambda text: text.replace('"unknown": "<unk>"', '"unknown": "<un>"'),
        lambda text: text.replace('"total"', '"totals"'),
    ],
)
def test_a_damaged_file_is_named(tmp_path, damage):
    whole = Vocabulary.of(["a", "a", "b"]).to_json()
    assert damage(whole) != whole
    (tmp_path / "v.json").write_text(damage(whole), encoding="utf-8")
    with pytest.raises(ValueError, match=r"v\.json is no whole vocabulary"):
        Vocabulary.load(tmp_path / "v.json")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such file: .*v\.json"):
        Vocabulary.load(tmp_path / "v.json")


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        ({}, {}, "counts must hold at least one token, got none"),
        ({"a": 1}, {"min_frequency": 0}, "min_frequency must be at least 1, got 0"),
        ({"a": 1}, {"min_frequency": 2}, "no token is left: all 1 that were counted .* min_frequency, which is 2"),
        ({"a": 1}, {"max_size": 1}, "no token is left: .* max_size, which is 1"),
        (
            {"a": 1},
            {"max_size": 1, "reserved": ["<pad>"]},
            "max_size must leave room for the 2 unknown and reserved tokens, got 1",
        ),
        (
            {"a": 1},
            {"reserved": ["x", "x"]},
            "reserved must hold each token once, and not the unknown one, got 'x' again",
        ),
        (
            {"a": 1},
            {"reserved": ["<unk>"]},
            "reserved must hold each token once, and not the unknown one, got '<unk>' again",
        ),
    ],
)
def test_bad_arguments(counts, options, message):
    with pytest.raises(ValueError, match=message):
        Vocabulary(counts, **options)


def test_what_is_out_of_range_is_named():
    vocabulary = Vocabulary.of(["a", "b"])
    with pytest.raises(ValueError, match=r"ids must be from 0 to 2, got 3 at \[1\]"):
        vocabulary.tokens(torch.tensor([0, 3]))
    with pytest.raises(ValueError, match=r"ids must be from 0 to 2, got -1 at \[0\]"):
        vocabulary.tokens(torch.tensor([-1]))
    with pytest.raises(ValueError, match=r"id must be from 0 to 2, got 3"):
        vocabulary.token_of(3)
    with pytest.raises(ValueError, match="tokens holds 'x' at 1, which the vocabulary lacks, and there is no unknown"):
        Vocabulary.of(["a", "b"], unknown=None).ids(["a", "x"])
