from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdive.data.text import words
from deepdive.data.text.factors import factor_characters, factor_tokens
from deepdive.data.text.words import factor_words

ANY_TEXT = st.text(st.characters(), max_size=200)
LONG_AND_SHORT = st.lists(st.text("abé", min_size=1, max_size=30)).map(" ".join)
SPACED = st.text("abc \n\t\v\x1c\x85\xa0\u2003\u3000é", max_size=60)


def unfolded(factors):
    assert set(factors.codes.tolist()) == set(range(len(factors.distinct)))  # each occurs
    assert len(set(factors.distinct)) == len(factors.distinct)
    return [factors.distinct[code] for code in factors.codes.tolist()]


@given(st.lists(st.text("ab", max_size=2)))
def test_tokens(tokens):
    factors = factor_tokens(tokens)
    assert unfolded(factors) == tokens
    assert dict(zip(factors.distinct, factors.counts().tolist(), strict=True)) == Counter(tokens)


@given(ANY_TEXT | st.text("aé", max_size=20))
def test_characters(text):
    assert unfolded(factor_characters(text)) == list(text)


@given(ANY_TEXT | LONG_AND_SHORT | SPACED)
def test_words(text):
    assert unfolded(factor_words(text)) == text.split()


@pytest.mark.parametrize("text", ["", " ", "a", "a\0 a a\0\0", "a\x01b", "x" * 8 + " " + "x" * 9 + " " + "x" * 16])
def test_words_at_the_edges(text):
    assert unfolded(factor_words(text)) == text.split()


@pytest.mark.parametrize("space", [chr(i) for i in range(0x11000) if chr(i).isspace()], ids=ascii)
def test_every_white_space_parts_words(space):
    assert unfolded(factor_words(f"ab{space}c {space} d")) == ["ab", "c", "d"]


@given(LONG_AND_SHORT, st.integers(1, 40))
def test_words_may_lie_across_blocks(text, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "_FIRST_BLOCK", size)
        patch.setattr(words, "_BLOCK", size)
        assert unfolded(factor_words(text)) == text.split()


def test_the_table_grows_and_its_slots_are_shared():
    generator = np.random.default_rng(0)
    numbers = generator.integers(0, 60_000, 200_000)
    text = " ".join(f"{'long word '[: n % 11].replace(' ', '')}{n}" for n in numbers.tolist())
    factors = factor_words(text)
    assert len(factors.distinct) == len(set(text.split())) > 50_000
    assert unfolded(factors) == text.split()


def test_words_of_the_same_key_are_noticed(monkeypatch):
    calls = []
    monkeypatch.setattr(words, "_mixed", lambda keys, piece: keys * np.uint64(0) + np.uint64(7))
    monkeypatch.setattr(words, "factor_tokens", lambda tokens: calls.append(1) or factor_tokens(tokens))
    different_heads = "first and longer, second and longest, third and longer"
    different_tails = "beginning-a beginning-b beginning-a"
    different_lengths = "abcdefgh1 abcdefgh12"
    for text in (different_heads, different_tails, different_lengths):
        assert unfolded(factor_words(text)) == text.split()
    assert len(calls) == 2  # in the first text only "longest," is longer than eight bytes
    assert unfolded(factor_words("different-0 elsewhere-1")) == ["different-0", "elsewhere-1"]
    assert len(calls) == 3


def test_no_dictionary_is_needed_for_usual_text(monkeypatch):
    monkeypatch.setattr(words, "factor_tokens", None)
    assert unfolded(factor_words("Une phrase étonnamment longue, 🙂 et une phrase.\n")) == [
        "Une", "phrase", "étonnamment", "longue,", "🙂", "et", "une", "phrase.",
    ]  # fmt: skip
