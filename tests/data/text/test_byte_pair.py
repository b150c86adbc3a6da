from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdive.data.text import BytePairTokenizer, learn_merges

WORDS = st.dictionaries(st.text("abc", min_size=1, max_size=8), st.integers(1, 9), max_size=12)


def brute_force(words, merges, min_frequency):
    """Counts all pairs of all words anew for every merge."""
    split = {tuple(word): count for word, count in words.items()}
    learnt = []
    for _ in range(merges):
        pairs = Counter()
        for word, count in split.items():
            for pair in pairwise(word):
                pairs[pair] += count
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        if pairs[best] < min_frequency:
            break
        learnt.append(best)
        split = Counter()
        for word, count in words.items():
            split[tuple(apply(list(word), learnt))] += count
    return learnt


def apply(symbols, merges):
    for first, second in merges:
        i = 0
        while i < len(symbols) - 1:
            if symbols[i] == first and symbols[i + 1] == second:
                symbols[i : i + 2] = [first + second]
            i += 1
    return symbols


@given(WORDS, st.integers(0, 20), st.integers(1, 4))
def test_the_merges_are_those_of_counting_anew_each_time(words, merges, min_frequency):
    assert learn_merges(words, merges, min_frequency=min_frequency) == brute_force(words, merges, min_frequency)


def test_the_papers_example():
    """Sennrich et al., 2016, algorithm 1: its words and its first five merges."""
    words = {"low·": 5, "lower·": 2, "newest·": 6, "widest·": 3}
    assert learn_merges(words, 5) == [("e", "s"), ("es", "t"), ("est", "·"), ("l", "o"), ("lo", "w")]


def test_a_pair_that_overlaps_itself():
    assert learn_merges({"aaaa": 1, "aaa": 2}, 2, min_frequency=1) == [("a", "a"), ("aa", "a")]


LEARNT = BytePairTokenizer.learn("the theory of the thing, théâtre 12 12 🙂🙂 " * 9, tokens=300)


@given(st.text(st.characters(), max_size=80) | st.text("the ,\n1_²é", max_size=60))
def test_any_text_comes_back(text):
    if any("\ud800" <= character <= "\udfff" for character in text):  # half of a pair is no character of UTF-8
        return
    tokens = LEARNT.split(text)
    assert LEARNT.join(tokens) == text
    assert set(tokens) <= set(LEARNT.tokens)


@given(st.text("theory f", min_size=1, max_size=20))
def test_words_are_merged_in_the_order_of_learning(word):
    one_word = " " + word.replace(" ", "")
    expected = apply(["Ġ", *one_word[1:]], LEARNT.merges) if one_word != " " else ["Ġ"]
    assert LEARNT.split(one_word) == expected


def test_frequent_words_are_one_token_and_others_are_not():
    assert LEARNT.split(" the the") == ["Ġthe", "Ġthe"]
    assert len(LEARNT.split("xyz")) == 3
    assert LEARNT.join(["Ġthe", "\u0100"]) == " the\0"
    assert LEARNT.join(["Ã"]) == "�"  # half of an é
    assert LEARNT.tokens[256:] == tuple(first + second for first, second in LEARNT.merges)
    assert len(BytePairTokenizer.learn("the theory of the thing", tokens=258).tokens) == 258


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="tokens is 255; it must be at least 256"):
        BytePairTokenizer.learn("a", tokens=255)
    with pytest.raises(ValueError, match="min_frequency is 0; it must be at least 1"):
        BytePairTokenizer.learn("a", min_frequency=0)
    with pytest.raises(ValueError, match="text is empty; there is nothing to learn from"):
        BytePairTokenizer.learn("")
    with pytest.raises(ValueError, match=r"merges\[1\] is \('ab', 'x'\); both must be single bytes or merged before"):
        BytePairTokenizer([("a", "c"), ("ab", "x")])
    with pytest.raises(ValueError, match="tokens hold the character '一', which stands for no byte"):
        LEARNT.join(["一"])
