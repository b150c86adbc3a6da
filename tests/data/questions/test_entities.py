from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.language import entity_spans
from deepdive.data.questions import Answer, Question, ask_for_entities, check_questions

TAGS = ["O", "O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG", "B-MISC"]


def test_types_that_are_there_once_are_asked_for():
    sentences = [
        (["Ada", "Lovelace", "met", "Babbage", "in", "London"], ["B-PER", "I-PER", "O", "B-PER", "O", "B-LOC"]),
        (["Nothing", "here"], ["O", "O"]),
        (["The", "Royal", "Society"], ["O", "B-ORG", "I-ORG"]),
    ]
    text = "Which {} does the text name?"
    assert ask_for_entities(sentences) == [
        Question("0-LOC", text.format("place"), "Ada Lovelace met Babbage in London", (Answer("London", 28),)),
        Question("2-ORG", text.format("organisation"), "The Royal Society", (Answer("Royal Society", 4),)),
    ]
    assert [question.text for question in ask_for_entities(sentences, {"LOC": "town"})] == [
        "Which town does the text name?"
    ]


@given(
    st.lists(
        st.lists(
            st.tuples(st.text("abc é—", min_size=1, max_size=4).filter(str.strip), st.sampled_from(TAGS)),
            min_size=1,
            max_size=9,
        ),
        max_size=5,
    )
)
def test_the_questions_are_those_of_the_entities(rows):
    """Against `entity_spans` of the evaluation."""
    sentences = [([word.strip() for word, _ in row], [tag for _, tag in row]) for row in rows]
    questions = {question.id: question for question in ask_for_entities(sentences)}
    check_questions(list(questions.values()))
    expected = {}
    for i, (words, tags) in enumerate(sentences):
        spans = entity_spans(tags)
        for kind in ("PER", "LOC", "ORG"):
            of_kind = [span for span in spans if span[0] == kind]
            if len(of_kind) == 1:
                expected[f"{i}-{kind}"] = " ".join(words[of_kind[0][1] : of_kind[0][2]])
    assert {name: question.answers[0].text for name, question in questions.items()} == expected
