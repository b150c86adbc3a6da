"""Questions made from sentences with marked entities."""

from collections.abc import Mapping, Sequence

from deepdive.data.questions.question import Answer, Question

NOUNS: Mapping[str, str] = {"PER": "person", "LOC": "place", "ORG": "organisation"}
"""What to ask for, by the type that tags name."""


def ask_for_entities(
    sentences: Sequence[tuple[Sequence[str], Sequence[str]]], nouns: Mapping[str, str] = NOUNS
) -> list[Question]:
    """``Which person does the text name?``, asked of each type with exactly one entity in the sentence.

    The context is the words with a space between two; the id is the number of the sentence and the type.

    Args:
        sentences: words and tags, ``O``, ``B-type`` or ``I-type``, as `deepdive.data.tagging.read_conll` gives them.
        nouns: what to ask for, by type; other types are passed over.
    """
    questions: list[Question] = []
    for i, (words, tags) in enumerate(sentences):
        of_type: dict[str, list[tuple[int, int]]] = {}
        for start, stop, kind in _entities(tags):
            of_type.setdefault(kind, []).append((start, stop))
        asked = {kind: spans[0] for kind, spans in of_type.items() if kind in nouns and len(spans) == 1}
        if not asked:
            continue
        context = " ".join(words)
        for kind, (start, stop) in asked.items():
            before = len(" ".join([*words[:start], ""]))
            answer = Answer(" ".join(words[start:stop]), before)
            questions.append(Question(f"{i}-{kind}", f"Which {nouns[kind]} does the text name?", context, (answer,)))
    return questions


def _entities(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """From and up to which word each entity goes, and its type; an ``I-`` that continues none of its type begins one.

    `deepdive.algorithms.language.entity_spans` says the same, but data does not know algorithms.
    """
    found: list[tuple[int, int, str]] = []
    for i, tag in enumerate(tags):
        if tag[0] == "I" and found and found[-1][1:] == (i, tag[2:]):
            found[-1] = (found[-1][0], i + 1, tag[2:])
        elif tag != "O":
            found.append((i, i + 1, tag[2:]))
    return found
