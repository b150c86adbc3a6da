import json

import pytest

from deepdive.data.questions import Answer, Question, check_questions, read_squad

CONTEXT = "Normandy is in France. It is old."
QUESTIONS = [
    {"id": "a", "question": "Where is it?", "answers": [{"text": "France", "answer_start": 15}] * 3},
    {
        "id": "b",
        "question": "How is it?",
        "answers": [{"text": "old", "answer_start": 29}, {"text": "It is old", "answer_start": 23}],
    },
    {"id": "c", "question": "Who?", "is_impossible": True, "answers": [], "plausible_answers": []},
]


def squad(tmp_path, questions, **paragraph):
    path = tmp_path / "squad.json"
    content = {
        "version": "2.0",
        "data": [{"title": "x", "paragraphs": [{"context": CONTEXT, "qas": questions} | paragraph]}],
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_both_versions_are_read(tmp_path):
    assert read_squad(squad(tmp_path, QUESTIONS)) == [
        Question("a", "Where is it?", CONTEXT, (Answer("France", 15),)),
        Question("b", "How is it?", CONTEXT, (Answer("old", 29), Answer("It is old", 23))),
        Question("c", "Who?", CONTEXT),
    ]


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        ([{"id": "a", "question": "x?", "answers": [{"text": "France", "answer_start": 14}]}],
         r"squad\.json: question 'a': the answer 'France' should begin at character 14 of its context, where it says "
         "' Franc'"),
        ([{"id": "a", "question": "x?", "answers": [{"text": "old", "answer_start": 400}]}], "which has 33 characters"),
        ([{"id": "a", "question": "x?", "answers": [{"text": "old", "answer_start": -3}]}], "at character -3"),
        ([{"id": "a", "question": "x?", "answers": [{"text": "", "answer_start": 3}]}], "'a' has an empty answer"),
        ([{"id": "a", "question": " ", "is_impossible": True}], "question 'a' has an empty text"),
        ([{"id": "a", "question": "x?", "answers": []}], "question 'a' has no answers; one that has none is marked"),
        ([{"id": "a", "question": "x?"}], "question 'a' is not in the form of SQuAD: 'answers' is missing"),
        ([{"id": "a", "answers": []}], "question 'a' has no answers"),
        ([{"question": "x?"}], "not in the form of SQuAD: 'id' is missing"),
        ([QUESTIONS[0], QUESTIONS[0]], "question 'a' is there twice"),
        ([], "holds no question"),
    ],
)  # fmt: skip
def test_questions_that_cannot_be_used_are_named(tmp_path, questions, message):
    with pytest.raises(ValueError, match=message):
        read_squad(squad(tmp_path, questions))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"own\.json is no JSON"),
        ("[" * 100_000 + "]" * 100_000, r"own\.json is no JSON .*100 levels deep"),
        ("[]", r"own\.json is not in the form of SQuAD: 'data' is missing"),
        ('{"data": [{"paragraphs": [{"qas": [{}]}]}]}', "'context' is missing"),
        ('{"data": []}', "holds no question"),
    ],
)
def test_what_is_no_squad_is_told(tmp_path, content, message):
    path = tmp_path / "own.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_squad(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such file: .*nothing\.json"):
        read_squad(tmp_path / "nothing.json")


def test_an_empty_context_is_told():
    with pytest.raises(ValueError, match="question 'z' has an empty context"):
        check_questions([Question("z", "Who?", "\n")])
