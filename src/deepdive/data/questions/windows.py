"""Questions with as much of their context as a network takes at once (Devlin et al., 2019, section 4.2)."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from deepdive.data.questions.question import Answer, Question, check_questions
from deepdive.data.sequences import Ragged
from deepdive.data.subwords import CLS, SEP, Subwords
from deepdive.signatures import checked


@dataclass(frozen=True)
class Windows:
    """``n`` rows ``[CLS] question [SEP] part of its context [SEP]``; a long context has several, in order."""

    questions: Sequence[Question]
    tokens: Ragged
    types: Ragged
    """1 in the context and the ``[SEP]`` behind it."""
    spans: Int64[Tensor, "n 2"]
    """The places in a row of the first and the last token of the first answer; 0 and 0 where the row has it not."""
    question: Int64[Tensor, " n"]
    """The number of a row's question."""
    first: Int64[Tensor, " n"]
    """The place in a row of the first token of the context."""
    skipped: Int64[Tensor, " n"]
    """Tokens of the context before those of a row."""
    starts: Ragged
    """The characters at which the tokens of each question's context begin."""
    ends: Ragged
    """The characters behind their last ones."""

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.tokens)

    def in_context(self, rows: Int64[Tensor, " b"], width: int) -> Bool[Tensor, "b width"]:
        """Which places of some rows hold a token of the context."""
        place = torch.arange(width)
        first, last = self.first[rows].unsqueeze(1), self.tokens.lengths[rows].unsqueeze(1) - 1
        return (place >= first) & (place < last)

    def texts(self, spans: Int64[Tensor, "n 2"]) -> list[str]:
        """What stands between the first and the last token that are given for each row, in the words of the context.

        Where the span is not one in the context, such as 0 and 0, it is nothing.
        """
        inside = (spans[:, 0] >= self.first) & (spans[:, 0] <= spans[:, 1]) & (spans[:, 1] < self.tokens.lengths - 1)
        base = self.starts.offsets[self.question] + self.skipped - self.first
        begin, end = (torch.where(inside, base + spans[:, i], 0) for i in range(2))
        cuts = zip(
            self.question.tolist(),
            inside.tolist(),
            self.starts.values[begin].tolist(),
            self.ends.values[end].tolist(),
            strict=True,
        )
        return [self.questions[q].context[start:stop] if there else "" for q, there, start, stop in cuts]

    def answers(
        self,
        spans: Int64[Tensor, "n 2"],
        scores: Float[Tensor, " n"],
        no_answer: Float[Tensor, " n"] | None = None,
    ) -> list[str]:
        """The answer to each question: that of its row with the highest score.

        With the scores of ``no_answer``, it is nothing where the least of these in any row is higher than that: a row
        without the answer may well say so, but then another must agree.
        """
        best = torch.full((len(self.questions),), -torch.inf).scatter_reduce(0, self.question, scores, "amax")
        row = torch.arange(len(self))
        # Of rows that are as good, the first.
        chosen = torch.full((len(self.questions),), len(self)).scatter_reduce(
            0, self.question, torch.where(scores == best[self.question], row, len(self)), "amin"
        )
        texts = self.texts(spans)
        found = [texts[i] for i in chosen.tolist()]
        if no_answer is None:
            return found
        least = torch.full((len(self.questions),), torch.inf).scatter_reduce(0, self.question, no_answer, "amin")
        return ["" if none else text for text, none in zip(found, (least > best).tolist(), strict=True)]


@checked
def cut_windows(
    questions: Sequence[Question],
    subwords: Subwords,
    *,
    max_length: int = 256,
    overlap: int = 64,
    max_question_length: int = 64,
) -> Windows:
    """Questions as rows of at most ``max_length`` tokens.

    Args:
        questions: at least one.
        subwords: WordPiece.
        max_length: tokens of a row, special ones included.
        overlap: tokens that a row has in common with the next one of its context.
        max_question_length: longer questions are cut at their end.

    Raises:
        ValueError: a question is not as it must be (see `check_questions`), its answer has no tokens, there are none,
            or ``max_length`` leaves no room beside a question of ``max_question_length`` tokens and ``overlap``.
    """
    room = max_length - 3 - max_question_length
    if overlap < 0 or max_question_length < 1 or room <= overlap:
        raise ValueError(
            f"max_length must be above 3 + max_question_length + overlap, these at least 1 and 0, got {max_length}, "
            f"{max_question_length} and {overlap}"
        )
    if not questions:
        raise ValueError("there are no questions")
    check_questions(questions)
    asked = subwords.encode([question.text for question in questions], special=False).ids.first(max_question_length)
    encodings = subwords.encode([question.context for question in questions], special=False)
    whole = encodings.ids.lengths
    if (whole == 0).any():
        raise ValueError(f"question {questions[int((whole == 0).nonzero()[0])].id!r} has a context without tokens")
    room = max_length - 3 - asked.lengths  # (questions)
    step = room - overlap
    rows = 1 + (whole - room).clamp(min=0).add(step - 1).div(step, rounding_mode="floor")
    question = torch.arange(len(questions)).repeat_interleave(rows)
    number = torch.arange(len(question)) - (rows.cumsum(0) - rows)[question]
    skipped = number * step[question]
    taken = torch.minimum(whole[question] - skipped, room[question])
    part, before = encodings.ids.slices(question, taken, skipped), asked.rows(question)
    cls, sep = subwords.id_of(CLS), subwords.id_of(SEP)
    tokens = Ragged.joined([cls, before, sep, part, sep])
    types = Ragged.joined([0, before.filled(0), 0, part.filled(1), 1])
    first = before.lengths + 2
    answer = _token_spans(questions, encodings.starts, encodings.ends)[question] - skipped.unsqueeze(1)
    there = (answer[:, 0] >= 0) & (answer[:, 1] < taken)
    spans = torch.where(there.unsqueeze(1), answer + first.unsqueeze(1), 0)
    return Windows(questions, tokens, types, spans, question, first, skipped, encodings.starts, encodings.ends)


def _token_spans(questions: Sequence[Question], starts: Ragged, ends: Ragged) -> Int64[Tensor, "questions 2"]:
    """The first and the last token of the first answer to each question; -1 and -1 where there is none."""
    answers = [question.answers[0] if question.answers else Answer("", 0) for question in questions]
    characters = torch.tensor([(answer.start, answer.start + len(answer.text)) for answer in answers])
    row = torch.arange(len(questions)).repeat_interleave(starts.lengths)
    # Tokens are in order: the first one is behind those that end before the answer, the last one begins within it.
    first = row[ends.values <= characters[row, 0]].bincount(minlength=len(questions))
    last = row[starts.values < characters[row, 1]].bincount(minlength=len(questions)) - 1
    has = torch.tensor([bool(question.answers) for question in questions])
    if (lost := has & (last < first)).any():
        question = questions[int(lost.nonzero()[0])]
        raise ValueError(
            f"question {question.id!r}: the answer {question.answers[0].text!r} is of marks for which there is no token"
        )
    return torch.where(has.unsqueeze(1), torch.stack((first, last), 1), -1)
