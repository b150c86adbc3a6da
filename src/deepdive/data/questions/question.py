"""A question, the text it is about, and the answers."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """A part of the context."""

    text: str
    start: int
    """The character of the context at which it begins."""


@dataclass(frozen=True)
class Question:
    """A question and what it is about."""

    id: str
    text: str
    context: str
    answers: tuple[Answer, ...] = ()
    """All that are right; none where the context does not say."""


def check_questions(questions: Sequence[Question]) -> None:
    """Check that texts are not empty, that ids differ, and that answers stand where they should.

    Raises:
        ValueError: a question is not so; names its id.
    """
    seen: set[str] = set()
    for question in questions:
        name = f"question {question.id!r}"
        if question.id in seen:
            raise ValueError(f"{name} is there twice; every question must have an id of its own")
        seen.add(question.id)
        for what, text in (("text", question.text), ("context", question.context)):
            if not text.strip():
                raise ValueError(f"{name} has an empty {what}")
        for answer in question.answers:
            end = answer.start + len(answer.text)
            if not answer.text.strip():
                raise ValueError(f"{name} has an empty answer; give no answers where the context has none")
            if answer.start < 0 or question.context[answer.start : end] != answer.text:
                there = question.context[max(answer.start, 0) : max(end, 0)]
                raise ValueError(
                    f"{name}: the answer {answer.text!r} should begin at character {answer.start} of its context, "
                    + (f"where it says {there!r}" if there else f"which has {len(question.context)} characters")
                )
