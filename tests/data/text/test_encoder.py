import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.data.text import BytePairTokenizer, CharacterTokenizer, TextEncoder, Vocabulary, WordTokenizer

TEXT = "the time machine by h g wells\nthe time traveller for so it will be convenient to speak of him\n"
TOKENIZERS = [
    CharacterTokenizer(),
    CharacterTokenizer(letters_only=True),
    WordTokenizer(line_end="<eos>"),
    WordTokenizer(lower=True, punctuation=True),
    BytePairTokenizer.learn(TEXT, tokens=300),
]


@pytest.mark.parametrize("tokenizer", TOKENIZERS, ids=repr)
@given(text=st.text("the tim\né🙂.", max_size=40))
def test_encoding_is_numbering_what_split_gives(tokenizer, text):
    encoder = TextEncoder.fit(TEXT, tokenizer)
    ids = encoder.encode(text)
    assert ids.dtype == torch.int64
    assert torch.equal(ids, encoder.vocabulary.ids(tokenizer.split(text)))
    assert encoder.decode(ids) == tokenizer.join(
        [token if token in encoder.vocabulary else "<unk>" for token in tokenizer.split(text)]
    )


@pytest.mark.parametrize("tokenizer", TOKENIZERS, ids=repr)
def test_fitting_and_encoding_at_once_is_one_after_the_other(tokenizer):
    options = {"min_frequency": 2, "reserved": ("<pad>",)}
    encoder, ids = TextEncoder.fit_encode(TEXT, tokenizer, **options)
    assert encoder == TextEncoder.fit(TEXT, tokenizer, **options)
    assert torch.equal(ids, encoder.encode(TEXT))
    expected = Vocabulary.of(tokenizer.split(TEXT), min_frequency=2, reserved=("<pad>", *tokenizer.tokens))
    assert encoder.vocabulary == expected
    assert len(encoder) == len(expected)


@pytest.mark.parametrize("tokenizer", TOKENIZERS, ids=repr)
def test_what_is_kept_encodes_the_same(tokenizer):
    encoder = TextEncoder.fit(TEXT, tokenizer, min_frequency=2, max_size=400, unknown="<?>")
    again = TextEncoder.from_json(encoder.to_json())
    assert again == encoder
    assert hash(again) == hash(encoder)
    assert repr(again) == repr(encoder)
    assert torch.equal(again.encode("a new text. the"), encoder.encode("a new text. the"))


def test_byte_pairs_leave_nothing_unknown():
    encoder = TextEncoder.fit(TEXT, BytePairTokenizer.learn(TEXT, tokens=300), unknown=None)
    assert len(encoder) == len(encoder.tokenizer.tokens)
    assert encoder.decode(encoder.encode("🙂 naïve\n")) == "🙂 naïve\n"


def test_unseen_characters_are_unknown_or_an_error():
    assert TextEncoder.fit("ab", CharacterTokenizer()).encode("a🙂b").tolist() == [1, 0, 2]
    with pytest.raises(ValueError, match="tokens holds '🙂' at"):
        TextEncoder.fit("ab", CharacterTokenizer(), unknown=None).encode("a🙂b")


def test_an_empty_text_is_no_tokens():
    assert TextEncoder.fit("a b", WordTokenizer()).encode("").tolist() == []
    with pytest.raises(ValueError, match="counts must hold at least one token, got none"):
        TextEncoder.fit("", WordTokenizer())


@pytest.mark.parametrize("damage", [lambda t: t[:-3], lambda t: t.replace("characters", "letters"), lambda t: "[1]",
                                    lambda t: t.replace("lower", "upper"), lambda t: '{"tokenizer": 1}'])  # fmt: skip
def test_what_is_damaged_is_named(damage):
    with pytest.raises(ValueError, match=r"encoder\.json is no whole text encoder"):
        TextEncoder.from_json(damage(TextEncoder.fit("ab", CharacterTokenizer()).to_json()), "encoder.json")


def test_a_tokenizer_of_ones_own_cannot_be_kept():
    class Own(CharacterTokenizer):
        pass

    with pytest.raises(TypeError, match="tokenizer is a Own; only these can be kept: characters, words, byte-pair"):
        TextEncoder.fit("ab", Own()).to_json()
