import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdive.data.text.encoder import TextEncoder
from deepdive.data.text.tokens import CharacterTokenizer, WordTokenizer
from deepdive.data.text.vocabulary import Vocabulary
from deepdive.data.translation import SentenceEncoder
from deepdive.data.translation.sentences import cut

WORDS = WordTokenizer(lower=True, punctuation=True)
lines = st.lists(
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1), min_size=1, max_size=6
)


def encoder(tokenizer=WORDS, **options):
    vocabulary = Vocabulary.of("the cat sat on the mat .".split(), reserved=("<pad>", "<bos>", "<eos>"))
    return SentenceEncoder(TextEncoder(tokenizer, vocabulary), **options)


@given(sentences=lines, tokenizer=st.sampled_from([WORDS, CharacterTokenizer(), WordTokenizer(letters_only=True)]))
def test_all_at_once_is_one_by_one(sentences, tokenizer):
    found = cut(sentences, tokenizer)
    tokens = [[found.distinct[code] for code in found.codes[i].tolist()] for i in range(len(sentences))]
    assert tokens == [[*tokenizer.split(sentence), "<eos>"] for sentence in sentences]


def test_numbers_there_and_back():
    one = encoder()
    numbers = one.encode(["The cat sat.", "The dog"])
    tokens = [one.vocabulary.tokens(numbers[i]) for i in range(2)]
    assert tokens == [["the", "cat", "sat", ".", "<eos>"], ["the", "<unk>", "<eos>"]]
    assert one.tokens([2, *numbers[0].tolist(), 1, 1]) == ["the", "cat", "sat", "."]
    assert one.decode(numbers[0].tolist()) == "the cat sat."
    assert one.split("A dog!") == ["a", "dog", "!"]
    assert len(one.encode([])) == 0
    assert len(one) == len(one.vocabulary)


def test_backwards_the_end_stays_where_it_is():
    one, other = encoder(), encoder(reverse=True)
    straight, back = one.encode(["the cat sat.", "mat"]), other.encode(["the cat sat.", "mat"])
    for i in range(2):
        *words, end = straight[i].tolist()
        assert back[i].tolist() == [*words[::-1], end]
        assert other.decode(back[i].tolist()) == one.decode(straight[i].tolist())


@pytest.mark.parametrize("tokenizer", [WORDS, CharacterTokenizer()])
def test_a_sentence_of_two_lines_is_refused(tokenizer):
    if tokenizer is WORDS:
        with pytest.raises(ValueError, match="sentences holds '<eos>' or a line end within a sentence"):
            encoder(tokenizer).encode(["the cat\nsat"])
        with pytest.raises(ValueError, match="sentences holds '<eos>' or a line end"):
            encoder(tokenizer).encode(["the <eos> cat"])
    else:
        assert len(encoder(tokenizer).encode(["a\nb"])) == 1


def test_a_vocabulary_must_know_the_end():
    with pytest.raises(ValueError, match="the vocabulary lacks '<eos>'"):
        SentenceEncoder(TextEncoder(WORDS, Vocabulary({"a": 1})))
