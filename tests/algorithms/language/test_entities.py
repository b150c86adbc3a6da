import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.language import entity_counts, entity_scores, entity_spans, entity_types

LABELS = ("O", "B-LOC", "I-LOC", "B-ORG", "I-ORG", "I-PER", "B-PER")


def by_hand(tags):
    """Word by word, as the conlleval program has it: does an entity end before this word, does one start with it?"""
    found, start = set(), None
    before, before_type = "O", ""
    for i, tag in enumerate([*tags, "O"]):
        kind, _, of = tag.partition("-")
        ends = before != "O" and (kind in ("B", "O") or before_type != of)
        starts = kind == "B" or (kind == "I" and (before == "O" or before_type != of))
        if ends:
            found.add((before_type, start, i))
        if starts:
            start = i
        before, before_type = kind, of
    return found


tags = st.lists(st.integers(0, len(LABELS) - 1), max_size=9)


@given(numbers=tags)
def test_spans_are_those_found_word_by_word(numbers):
    names = [LABELS[number] for number in numbers]
    assert set(entity_spans(names)) == by_hand(names)


@given(data=st.data(), b=st.integers(1, 4), t=st.integers(0, 9), ignored=st.sampled_from([0.0, 0.3]))
def test_counts_are_those_of_spans(data, b, t, ignored):
    """Whatever is ignored, be it padding or within a sentence, is not there."""
    generator = torch.Generator().manual_seed(data.draw(st.integers(0, 2**31)))
    true = torch.randint(0, len(LABELS), (b, t), generator=generator)
    changed = torch.rand(b, t, generator=generator) < 0.3
    predicted = torch.where(changed, torch.randint(0, len(LABELS), (b, t), generator=generator), true)
    true = true.masked_fill(torch.rand(b, t, generator=generator) < ignored, -100)
    expected = {name: [0, 0, 0] for name in entity_types(LABELS)}
    for row in range(b):
        kept = true[row] != -100
        ours = by_hand([LABELS[i] for i in predicted[row][kept].tolist()])
        right = by_hand([LABELS[i] for i in true[row][kept].tolist()])
        for place, spans in enumerate((ours & right, ours, right)):
            for name, *_ in spans:
                expected[name][place] += 1
    assert entity_counts(predicted, true, LABELS).tolist() == [expected[name] for name in ("LOC", "ORG", "PER")]


def test_a_case_by_hand():
    """Of three true entities one is found whole, one has the wrong type and one is cut short."""
    true = torch.tensor([[6, 5, 0, 1, 0, 3, 4, 4, -100]])
    predicted = torch.tensor([[6, 5, 0, 3, 0, 4, 4, 0, 6]])
    scores = entity_scores(entity_counts(predicted, true, LABELS), LABELS)
    assert (scores.overall.correct, scores.overall.predicted, scores.overall.true) == (1, 3, 3)
    assert scores.overall.f1 == scores.overall.precision == scores.overall.recall == pytest.approx(1 / 3)
    assert scores.of_type["PER"].f1 == 1
    assert (scores.of_type["ORG"].precision, scores.of_type["ORG"].recall) == (0, 0)
    assert scores.of_type["ORG"].predicted == 2


def test_counts_of_batches_add_up():
    generator = torch.Generator().manual_seed(0)
    true, predicted = (torch.randint(0, len(LABELS), (10, 30), generator=generator) for _ in range(2))
    parts = [entity_counts(p, y, LABELS) for p, y in zip(predicted.split(3), true.split(3), strict=True)]
    assert torch.equal(entity_counts(predicted, true, LABELS), torch.stack(parts).sum(0))


def test_nothing_found_is_worth_nothing():
    nothing = torch.zeros(2, 5, dtype=torch.long)
    scores = entity_scores(entity_counts(nothing, nothing, LABELS), LABELS)
    assert (scores.overall.precision, scores.overall.recall, scores.overall.f1) == (0, 0, 0)


def test_bad_tags_and_shapes_are_refused():
    with pytest.raises(ValueError, match=r"labels must be O, B-\.\.\. or I-\.\.\., got 'S-PER'"):
        entity_types(["O", "S-PER"])
    with pytest.raises(ValueError, match=r"labels must be O, B-\.\.\. or I-\.\.\., got 'B-'"):
        entity_spans(["B-"])
    with pytest.raises(ValueError, match="counts must have a row for each of the types LOC, ORG, PER, got 2"):
        entity_scores(torch.zeros(2, 3, dtype=torch.long), LABELS)
