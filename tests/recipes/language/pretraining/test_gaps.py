"""Texts with gaps: as the network reads them, and filled with what it writes."""

import pytest
import torch

from deepdive.data.pretraining.spans import END, START
from deepdive.data.subwords import Subwords
from deepdive.models.transformers import T5
from deepdive.recipes.language.pretraining.gaps import fill_gaps, read_gaps, spaced, with_gaps, write_missing

TEXT = " the cat sat on the mat .\n" * 9


@pytest.fixture(scope="module")
def subwords():
    return Subwords.byte_pairs([TEXT], 280, special=(START, END)).with_sentinels(3)


def numbers(subwords, *parts):
    """Numbers of texts, and of sentinels by their place."""
    found = []
    for part in parts:
        if isinstance(part, int):
            found.append(subwords.sentinels[part])
        else:
            found += subwords.encode([part], special=False).ids[0].tolist()
    return found


def test_the_space_before_a_missing_word_is_missing_with_it(subwords):
    read = read_gaps(["the <extra_id_0> sat on  <extra_id_1> .", "<extra_id_0> the mat"], subwords, 99)
    end = subwords.id_of(END)
    assert read[0].tolist() == [*numbers(subwords, " the", 0, " sat on", 1, " .", 2), end]
    assert read[1].tolist() == [*numbers(subwords, 0, " the mat", 1), end]


def test_a_text_that_ends_with_a_gap_is_given_no_more(subwords):
    read = read_gaps(["the <extra_id_0> sat <extra_id_1>"], subwords, 99)
    assert read[0].tolist() == [*numbers(subwords, " the", 0, " sat", 1), subwords.id_of(END)]


def test_what_is_said_behind_a_sentinel_stands_in_its_gap(subwords):
    said = numbers(subwords, " on", 1, " the mat", 0, " cat", 2, " sat", 0, " mat")
    whole, spans = fill_gaps("a <extra_id_0> on <extra_id_1> .", said, subwords)
    assert whole == "a cat on the mat ."
    assert spans == ["cat", "the mat"]
    whole, spans = fill_gaps("<extra_id_0>ter on <extra_id_1>", numbers(subwords, 0, " mat"), subwords)
    assert (whole, spans) == ("matter on", ["mat", ""])


def test_sentinels_are_shown_as_gaps(subwords):
    told = [subwords.id_of(START), *numbers(subwords, 0, " the cat", 1, " mat"), subwords.id_of(END)]
    assert with_gaps(torch.tensor(told), subwords) == "<extra_id_0> the cat <extra_id_1> mat"
    assert with_gaps(torch.tensor([], dtype=torch.long), subwords) == ""


def test_lines_begin_as_all_words_do():
    assert spaced("  the cat \nsat\n") == " the cat\n sat"


def test_texts_are_written_to_together_as_one_by_one(subwords):
    """Greedy by whole passes, without a cache and without padding, says the same."""
    torch.manual_seed(0)
    network = T5(len(subwords), 16, 2, 1, 16, 8, dropout=0.0).eval()
    start, end = subwords.id_of(START), subwords.id_of(END)
    sources = read_gaps(["the <extra_id_0> sat", "<extra_id_0> on the mat .", "<extra_id_0>"], subwords, 99)
    for row, said in enumerate(write_missing(network, sources, subwords, 6)):
        source, target = sources[row].unsqueeze(0), [start]
        for _ in range(6):
            with torch.no_grad():
                logits = network(source, torch.tensor([source.shape[1]]), torch.tensor([target]))[0, -1]
            logits[start] = -torch.inf
            target.append(int(logits.argmax()))
            if target[-1] == end:
                break
        assert said == [number for number in target[1:] if number != end]
