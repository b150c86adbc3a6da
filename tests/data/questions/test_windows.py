"""Rows of questions: as `transformers` cuts them, and answers that come back as they were."""

import pytest
import torch
import transformers
from tests.data.questions.conftest import made_up

from deepdive.algorithms.language import best_spans
from deepdive.data.questions import Answer, Question, cut_windows
from deepdive.data.subwords import Subwords


def rows(ragged):
    return [ragged[i].tolist() for i in range(len(ragged))]


@pytest.mark.parametrize(("max_length", "overlap"), [(40, 5), (24, 1), (300, 50)])
def test_rows_are_those_of_transformers(subwords, tmp_path, max_length, overlap):
    (tmp_path / "vocab.txt").write_text("\n".join(subwords.tokens(range(len(subwords)))), encoding="utf-8")
    theirs = transformers.BertTokenizerFast(vocab=str(tmp_path / "vocab.txt"))
    questions = [q for q in made_up(80, 0) if len(subwords.encode([q.text], special=False).ids.values) <= 12]
    assert len(questions) > 20
    ours = cut_windows(questions, subwords, max_length=max_length, overlap=overlap, max_question_length=12)
    expected = theirs(
        [q.text for q in questions],
        [q.context for q in questions],
        truncation="only_second",
        max_length=max_length,
        stride=overlap,
        return_overflowing_tokens=True,
    )
    assert rows(ours.tokens) == expected["input_ids"]
    assert rows(ours.types) == expected["token_type_ids"]
    assert ours.question.tolist() == list(expected["overflow_to_sample_mapping"])


@pytest.mark.parametrize(("max_length", "overlap"), [(60, 20), (400, 64)])
def test_answers_come_back(subwords, max_length, overlap):
    """Every answer that a row has is the text between its tokens; all tokens of the context are in some row."""
    questions = made_up(100, 1)
    windows = cut_windows(questions, subwords, max_length=max_length, overlap=overlap, max_question_length=20)
    assert int(windows.tokens.lengths.max()) <= max_length
    found = {}
    for row, text in enumerate(windows.texts(windows.spans)):
        question = questions[int(windows.question[row])]
        if windows.spans[row].tolist() != [0, 0]:
            assert text == question.answers[0].text
            found[question.id] = True
        else:
            assert text == ""
    assert set(found) == {question.id for question in questions if question.answers}
    covered = {}
    for row in range(len(windows)):
        first, skipped, n = int(windows.first[row]), int(windows.skipped[row]), len(windows.tokens[row])
        covered.setdefault(int(windows.question[row]), set()).update(range(skipped, skipped + n - 1 - first))
    for i in range(len(questions)):
        assert covered[i] == set(range(len(windows.starts[i])))


def test_places_of_the_context(subwords):
    windows = cut_windows(made_up(10, 2), subwords)
    width = int(windows.tokens.lengths.max())
    inside = windows.in_context(torch.arange(len(windows)), width)
    types, lengths = windows.types.padded(torch.arange(len(windows)))
    expected = types.bool() & (torch.arange(width) != (lengths - 1).unsqueeze(1))
    assert torch.equal(inside, expected)


def test_the_answer_is_that_of_the_best_row(subwords):
    question = Question("a", "Who", "Ada wrote notes " * 20, (Answer("notes", 10),))
    other = Question("b", "Who", "Babbage built", ())
    windows = cut_windows([question, other], subwords, max_length=30, overlap=4, max_question_length=5)
    n = len(windows)
    assert windows.question.tolist() == [0] * (n - 1) + [1]
    first = windows.first.unsqueeze(1)
    spans = torch.cat((first, first), 1)
    spans[1] += 1
    scores = torch.zeros(n)
    scores[1] = 2.0
    words = windows.texts(spans)
    assert windows.answers(spans, scores) == [words[1], words[-1]]
    # No answer is believed where every row of the question says so, and more strongly than the best span.
    nothing = torch.full((n,), 3.0)
    assert windows.answers(spans, scores, nothing) == ["", ""]
    nothing[2] = 1.0
    assert windows.answers(spans, scores, nothing) == [words[1], ""]
    assert windows.answers(spans, torch.zeros(n)) == [words[0], words[-1]]


def test_right_logits_give_right_answers(subwords):
    questions = [question for question in made_up(60, 3) if question.answers]
    windows = cut_windows(questions, subwords, max_length=50, overlap=12, max_question_length=12)
    everything = torch.arange(len(windows))
    t = int(windows.tokens.lengths.max())
    starts, ends = (torch.nn.functional.one_hot(windows.spans[:, i], t).float() for i in range(2))
    spans, scores = best_spans(starts, ends, windows.in_context(everything, t))
    assert windows.answers(spans, scores) == [question.answers[0].text for question in questions]


@pytest.mark.parametrize("span", [(0, 0), (1, 1), (5, 4), (4, 99)])
def test_a_span_outside_of_the_context_is_nothing(subwords, span):
    windows = cut_windows([Question("a", "Who", "Ada wrote notes")], subwords)
    assert windows.texts(torch.tensor([span])) == [""]


@pytest.mark.parametrize(
    ("questions", "options", "message"),
    [
        ([], {}, "there are no questions"),
        ([Question("a", "Who", "Ada", (Answer("Bob", 0),))], {}, "question 'a': the answer 'Bob' should begin"),
        ([Question("a", "Who", "Ada \u200e x", (Answer("\u200e", 4),))], {}, "question 'a': the answer .* is of marks"),
        ([Question("a", "Who", "\u200e")], {}, "question 'a' has a context without tokens"),
        ([Question("a", "Who", "Ada")], {"max_length": 40, "overlap": 30, "max_question_length": 7}, "must be above 3"),
        ([Question("a", "Who", "Ada")], {"overlap": -1}, "got 256, 64 and -1"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(subwords, questions, options, message):
    with pytest.raises(ValueError, match=message):
        cut_windows(questions, subwords, **options)


def test_byte_pairs_do_not_do(subwords):
    with pytest.raises(ValueError, match=r"has no '\[CLS\]'"):
        cut_windows([Question("a", "Who", "Ada")], Subwords.byte_pairs(["Ada"], 300))
