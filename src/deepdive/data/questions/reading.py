"""Reading questions in the form of SQuAD (Rajpurkar et al., 2016 and 2018)."""

from pathlib import Path
from typing import Any

from deepdive.data.questions.question import Answer, Question, check_questions
from deepdive.data.text.reading import read_text
from deepdive.files import parse_json


def read_squad(path: Path | str, *, answered: bool = True) -> list[Question]:
    """The questions of a JSON file of SQuAD, version 1.1 or 2.0.

    ``{"data": [{"paragraphs": [{"context": ..., "qas": [{"id": ..., "question": ..., "answers": [{"text": ...,
    "answer_start": ...}]}]}]}]}``; in version 2.0 a question without an answer has ``"is_impossible": true``.

    Args:
        path: the file.
        answered: whether a question must have its answers; else they are passed over.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no JSON of that form (says what is missing where), holds no question, or a question is not as
            it must be; see `check_questions`.
    """
    path = Path(path).expanduser()
    text = read_text(path)
    try:
        content = parse_json(text)
    except ValueError as error:
        raise ValueError(f"{path} is no JSON that is read here: {error}") from error
    questions = [
        _question(path, item, _get(path, paragraph, "context", str), answered=answered)
        for article in _get(path, content, "data", list)
        for paragraph in _get(path, article, "paragraphs", list)
        for item in _get(path, paragraph, "qas", list)
    ]
    if not questions:
        raise ValueError(f"{path} holds no question")
    try:
        check_questions(questions)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return questions


def _question(path: Path, item: Any, context: str, *, answered: bool) -> Question:
    name = str(_get(path, item, "id", (str, int)))
    where = f"question {name[:60]!r}"
    if not answered:
        return Question(name, _get(path, item, "question", str, where), context, ())
    impossible = bool(item.get("is_impossible", False))
    answers = [] if impossible else _get(path, item, "answers", list, where)
    if not answers and not impossible:
        raise ValueError(f'{path}, {where} has no answers; one that has none is marked "is_impossible": true')
    found = {
        Answer(_get(path, answer, "text", str, where), _get(path, answer, "answer_start", int, where)): None
        for answer in answers
    }
    return Question(name, _get(path, item, "question", str, where), context, tuple(found))


def _get(path: Path, holder: Any, key: str, kind: Any, where: str = "") -> Any:
    value = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(value, kind):
        place = f"{path}, {where}" if where else str(path)
        raise ValueError(f"{place} is not in the form of SQuAD: {key!r} is missing or of another kind")
    return value
