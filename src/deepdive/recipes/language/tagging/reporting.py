"""Tags found and true ones, side by side; whatever found them."""

import re
from collections.abc import Sequence

import torch

from deepdive.algorithms.language import EntityScores, entity_counts, entity_scores, entity_spans
from deepdive.data.sequences import Ragged
from deepdive.data.tagging import TaggedSentence
from deepdive.training.report import Section, join, table, text
from deepdive.training.sequences import IGNORED

_SHOWN = 25
_PIECES = re.compile(r"\w+(?:[.'’-]\w+)*|[^\w\s]")


def words_of(text: str) -> list[str]:
    """The words and marks of a text."""
    return _PIECES.findall(text)


def marked(words: Sequence[str], tags: Sequence[str]) -> str:
    """The words with brackets around entities and their types behind them."""
    pieces = list(words)
    for kind, start, stop in entity_spans(tags):
        pieces[start] = f"[{pieces[start]}"
        pieces[stop - 1] = f"{pieces[stop - 1]} {kind}]"
    return " ".join(pieces)


def tag_sections(
    found: Sequence[list[str]], held: Sequence[TaggedSentence], labels: Sequence[str]
) -> tuple[Section, Section]:
    """Scores by type, and sentences with their tags."""
    scores = scores_of(found, held, labels)
    rows = [{"type": "all", **_shown(scores, None)}] + [{"type": k, **_shown(scores, k)} for k in scores.of_type]
    examples = [
        {"found": marked(words, tags), "right": "" if tags == truth else marked(words, truth)}
        for (words, truth), tags in zip(held[:_SHOWN], found, strict=False)
    ]
    return Section("Entities", table(rows)), Section(
        "Sentences held out",
        join([text("Where the tags found are wrong, the right ones stand beside."), table(examples)]),
    )


def scores_of(found: Sequence[list[str]], held: Sequence[TaggedSentence], labels: Sequence[str]) -> EntityScores:
    """How well tags found, one for each word, agree with the true ones."""
    number = {label: i for i, label in enumerate(labels)}
    guessed, true = (
        Ragged.from_lists([[number[tag] for tag in tags] for tags in rows])
        for rows in (found, [tags for _, tags in held])
    )
    rows = torch.arange(len(held))
    return entity_scores(entity_counts(guessed.padded(rows)[0], true.padded(rows, IGNORED)[0], labels), labels)


def _shown(scores: EntityScores, kind: str | None) -> dict[str, object]:
    score = scores.overall if kind is None else scores.of_type[kind]
    return {
        "F1": round(score.f1, 4),
        "precision": round(score.precision, 4),
        "recall": round(score.recall, 4),
        "entities": score.true,
    }
