import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.data.subwords import Subwords
from deepdive.data.text import (
    BytePairTokenizer,
    CharacterTokenizer,
    SubwordTokenizer,
    TextEncoder,
    Tokenizer,
    WordTokenizer,
)

ANY_TEXT = st.text(st.characters(), max_size=80) | st.text("aB,.!? é’'\n\u202f", max_size=40)
ALL = [
    CharacterTokenizer(),
    CharacterTokenizer(lower=True),
    CharacterTokenizer(letters_only=True),
    WordTokenizer(),
    WordTokenizer(lower=True, punctuation=True),
    WordTokenizer(letters_only=True),
    WordTokenizer(line_end="<eos>"),
    BytePairTokenizer.learn("low lower lowest newer newest\n" * 5, tokens=280),
    SubwordTokenizer(Subwords.byte_pairs(["low lower lowest newer newest\n" * 5], 280).to_json()),
]


@pytest.mark.parametrize("tokenizer", ALL, ids=repr)
def test_each_is_a_tokenizer_and_made_again_from_its_settings(tokenizer):
    assert isinstance(tokenizer, Tokenizer)
    again = type(tokenizer)(**tokenizer.settings())
    assert again == tokenizer
    assert hash(again) == hash(tokenizer)
    assert repr(again) == repr(tokenizer)


@pytest.mark.parametrize("tokenizer", ALL, ids=repr)
@given(text=ANY_TEXT)
def test_the_fast_way_gives_what_split_gives(tokenizer, text):
    factors = tokenizer.factor(text)
    assert [factors.distinct[code] for code in factors.codes.tolist()] == tokenizer.split(text)


@given(ANY_TEXT)
def test_letters_only_is_d2ls_preprocessing(text):
    expected = re.sub("[^A-Za-z]+", " ", text).lower()
    assert CharacterTokenizer(letters_only=True).split(text) == list(expected)
    assert WordTokenizer(letters_only=True).split(text) == expected.split()


@given(ANY_TEXT)
def test_characters_come_back(text):
    assert CharacterTokenizer().join(CharacterTokenizer().split(text)) == text
    assert CharacterTokenizer(lower=True).split(text) == list(text.lower())


def d2ls(text):
    """D2L section 10.5.1."""
    text = text.replace("\u202f", " ").replace("\xa0", " ")

    def no_space(char, prev_char):
        return char in ",.!?" and prev_char != " "

    out = [" " + char if i > 0 and no_space(char, text[i - 1]) else char for i, char in enumerate(text.lower())]
    return "".join(out).split()


@given(st.text("abZ ,.!?\u202f\xa0\n", max_size=60))
def test_punctuation_apart_is_as_in_d2l(text):
    assert WordTokenizer(lower=True, punctuation=True).split(text) == d2ls(text)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Go.", ["go", "."]),
        ("Don't go!", ["don't", "go", "!"]),
        ("L’eau, c'est bon ?", ["l'", "eau", ",", "c'", "est", "bon", "?"]),
        ("Aujourd'hui, quelqu'un l'a lu.", ["aujourd'hui", ",", "quelqu'un", "l'", "a", "lu", "."]),
        ("Qu'est-ce qu'il y a\u202f?", ["qu'", "est-ce", "qu'", "il", "y", "a", "?"]),
        ("Lorsqu'il dit 'oui'...", ["lorsqu'", "il", "dit", "'oui'", ".", ".", "."]),
        ("rock'n'roll, I'd say", ["rock'n'roll", ",", "i'd", "say"]),
    ],
)
def test_worked_sentences(text, tokens):
    assert WordTokenizer(lower=True, punctuation=True).split(text) == tokens


def test_joined_sentences_have_their_punctuation_in_place():
    tokenizer = WordTokenizer(punctuation=True)
    for text in ("Go on, will you?", "L'eau, c'est bon!", "Qu'est-ce qu'il y a? Lorsqu'il vint.", "don't"):
        assert tokenizer.join(tokenizer.split(text)) == text


def test_words_are_joined_by_one_space():
    assert WordTokenizer().join(["a", ",", "b"]) == "a , b"


def test_line_ends_are_tokens_and_come_back():
    tokenizer = WordTokenizer(line_end="<eos>")
    assert tokenizer.split(" a b \n\n c\n") == ["a", "b", "<eos>", "<eos>", "c", "<eos>"]
    assert tokenizer.join(tokenizer.split(" a b \n\n c\nd")) == "a b\n\nc\nd"
    assert tokenizer.split("no line") == ["no", "line"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"line_end": "a b"}, "line_end is 'a b'; it must be one token without white space"),
        ({"line_end": ""}, "line_end is ''"),
        ({"letters_only": True, "punctuation": True}, "letters_only leaves nothing but letters, so punctuation has"),
        ({"letters_only": True, "line_end": "<eos>"}, "so line_end has nothing to act on"),
    ],
)
def test_settings_that_make_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        WordTokenizer(**options)


def test_subwords_keep_the_numbers_of_the_library():
    subwords = Subwords.byte_pairs(["low lower lowest newer newest\n" * 5], 280)
    tokenizer = SubwordTokenizer(subwords.to_json())
    encoder = TextEncoder.fit("low", tokenizer, unknown=None)
    text = "newest lower 🙂 naïve\n\n  low"
    assert len(encoder) == len(subwords)
    assert torch.equal(encoder.encode(text), subwords.encode([text], special=False).ids[0])
    assert encoder.decode(encoder.encode(text)) == text
    assert TextEncoder.from_json(encoder.to_json()) == encoder
    assert encoder.encode("").tolist() == []
    with pytest.raises(ValueError, match="tokens has no 'lowest of all'"):
        tokenizer.join(["lowest of all"])
    with pytest.raises(ValueError, match="this is no tokenizer"):
        SubwordTokenizer("{}").split("low")
