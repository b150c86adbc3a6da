import pytest
import torch

from deepdive.data.tagging import WordEncoder
from deepdive.data.text.vocabulary import Vocabulary

SENTENCES = [["The", "cat", "saw", "the", "Cat"], ["THE", "dog"], []]


def test_words_are_in_lower_case_and_spellings_as_written():
    encoder = WordEncoder.fit(SENTENCES, min_frequency=1, max_characters=4)
    words, forms, spellings = encoder.encode([*SENTENCES, ["a", "catalogue"]])
    tokens = [encoder.words.tokens(words[i]) for i in range(4)]
    assert tokens == [["the", "cat", "saw", "the", "cat"], ["the", "dog"], [], ["<unk>", "<unk>"]]
    spelt = {}
    for form in forms.values.unique():
        letters = [letter for letter in encoder.characters.tokens(spellings[form]) if letter != "<pad>"]
        spelt[int(form)] = "".join(letters)
    assert [spelt[int(form)] for form in forms.values] == "The cat saw the Cat THE dog a ca<unk>e".split()
    assert spellings.shape == (9, 4)


def test_the_ends_of_long_words_are_kept():
    encoder = WordEncoder.fit([["abcdefgh"]], min_frequency=1, max_characters=5)
    _, _, spellings = encoder.encode([["abcdefgh"]])
    assert encoder.characters.tokens(spellings[0]) == list("abcgh")


def test_what_is_rare_is_unknown():
    encoder = WordEncoder.fit(SENTENCES, min_frequency=2)
    assert set(encoder.words.all_tokens) == {"<unk>", "<pad>", "the", "cat"}
    words, _, spellings = encoder.encode([["dog", "Zebra"]])
    assert words.values.tolist() == [0, 0]
    assert spellings[1, 0] == 0
    assert torch.equal(spellings[1, 5:], torch.ones(11, dtype=torch.long))


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="sentences holds no word"):
        WordEncoder.fit([[]])
    with pytest.raises(ValueError, match="max_characters is 1; it must be at least 2"):
        WordEncoder.fit(SENTENCES, max_characters=1)
    with pytest.raises(ValueError, match="characters lacks '<pad>'"):
        WordEncoder(Vocabulary({"a": 1}, reserved=("<pad>",)), Vocabulary({"a": 1}))
