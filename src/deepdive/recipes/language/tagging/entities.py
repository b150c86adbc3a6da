"""Predicted tags as entities: marked in their sentence, and scored against the true ones."""

import re
from collections.abc import Callable, Sequence

import torch

from deepdive.algorithms.language import EntityScores, entity_counts, entity_scores, entity_spans
from deepdive.data.sequences import Ragged
from deepdive.data.tagging import TaggedSentence
from deepdive.recipes.predictions import Entity, TextPrediction, TextTags
from deepdive.training.report import Section, join, table, text
from deepdive.training.sequences import IGNORED

_SHOWN = 25
_WORDS = re.compile(r"\w+(?:[.'’-]\w+)*|[^\w\s]")


def marked(words: Sequence[str], tags: Sequence[str]) -> str:
    """The words with brackets around entities and their types behind them."""
    shown = list(words)
    for kind, start, stop in entity_spans(tags):
        shown[start] = f"[{shown[start]}"
        shown[stop - 1] = f"{shown[stop - 1]} {kind}]"
    return " ".join(shown)


def mark_texts(texts: Sequence[str], tag: Callable[[list[list[str]]], list[list[str]]]) -> list[TextPrediction]:
    """Each text cut into words and punctuation marks, with the entities marked that ``tag`` finds."""
    sentences = [_WORDS.findall(each) for each in texts]
    rows = zip(texts, sentences, tag(sentences), strict=True)
    return [
        TextTags(given, (marked(words, tags),), (), words=words, tags=tags, entities=entities_of(words, tags))
        for given, words, tags in rows
    ]


def entities_of(words: Sequence[str], tags: Sequence[str]) -> tuple[Entity, ...]:
    """What the tags mark."""
    return tuple(Entity(" ".join(words[start:stop]), kind, start, stop) for kind, start, stop in entity_spans(tags))


def score_tags(
    predicted: Sequence[list[str]], sentences: Sequence[TaggedSentence], labels: Sequence[str]
) -> EntityScores:
    """How well predicted tags, one for each word, agree with the true ones."""
    number = {label: i for i, label in enumerate(labels)}
    guessed, true = (
        Ragged.from_lists([[number[tag] for tag in tags] for tags in rows])
        for rows in (predicted, [tags for _, tags in sentences])
    )
    rows = torch.arange(len(sentences))
    return entity_scores(entity_counts(guessed.padded(rows)[0], true.padded(rows, IGNORED)[0], labels), labels)


def tag_sections(
    predicted: Sequence[list[str]], sentences: Sequence[TaggedSentence], labels: Sequence[str], name: str
) -> tuple[Section, Section]:
    """Scores by type, and some sentences of the set called ``name`` with their tags."""
    scores = score_tags(predicted, sentences, labels)
    rows = [
        {
            "type": kind,
            "F1": round(score.f1, 4),
            "precision": round(score.precision, 4),
            "recall": round(score.recall, 4),
            "entities": score.true,
        }
        for kind, score in {"all": scores.overall, **scores.of_type}.items()
    ]
    examples = [
        {"predicted": marked(words, tags), "true": "" if tags == truth else marked(words, truth)}
        for (words, truth), tags in zip(sentences[:_SHOWN], predicted, strict=False)
    ]
    caption = text("Where the predicted tags are wrong, the true ones stand beside.")
    return Section("Entities", table(rows)), Section(f"Sentences, {name}", join([caption, table(examples)]))
