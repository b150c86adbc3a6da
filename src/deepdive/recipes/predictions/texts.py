"""Predictions for texts: continuations, translations, classes, scores, tags, answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deepdive.recipes.predictions.base import Value, by_probability, json_object


@dataclass(frozen=True)
class TextPrediction:
    """Answers to one text, the best one first: continuations, translations, next words."""

    given: str
    answers: tuple[str, ...]
    scores: tuple[float, ...] = ()
    """One per answer, or none: probabilities, or whatever ``score`` names."""
    score: str = "probability"
    notes: tuple[str, ...] = ()
    """What of the text the network does not know."""

    @property
    def text(self) -> str:
        """The best answer."""
        return self.answers[0]

    def lines(self) -> Iterator[str]:
        """The text alone with an only answer, else one line per answer."""
        if len(self.answers) == 1 and not self.scores:
            yield self.answers[0]
            return
        yield self.given
        for record in self.records():
            said = f"  ({self.score} {record[self.score]:.3f})" if self.scores else ""
            yield f"  {record['answer']}{said}"

    def records(self) -> Iterator[dict[str, Value]]:
        """One row per answer."""
        for i, answer in enumerate(self.answers):
            score: dict[str, Value] = {self.score: self.scores[i]} if self.scores else {}
            yield {"text": self.given, "answer": answer, **score}

    def objects(self) -> Iterator[Mapping[str, object]]:
        """The text with all answers."""
        name = "probability" if self.score == "probability" else "score"
        several: list[dict[str, Any]] = [{"prediction": answer} for answer in self.answers]
        if self.scores:
            several = [each | {name: score} for each, score in zip(several, self.scores, strict=True)]
        alternatives = several if len(several) > 1 or self.scores else []
        yield json_object(self.given, "text", self.answers[0], self.notes, alternatives=alternatives)


@dataclass(frozen=True)
class TextLabel(TextPrediction):
    """A class for one text, or for a pair of texts; ``answers`` are the classes, ``scores`` their probabilities."""

    parts: tuple[str, ...] = ()
    """Both texts of a pair."""
    value: float | None = None
    """A number that is predicted beside the class."""

    @property
    def label(self) -> str:
        """The most likely class."""
        return self.answers[0]

    @property
    def probability(self) -> float:
        """Of that class."""
        return self.scores[0]

    @property
    def probabilities(self) -> dict[str, float]:
        """Of every class, the most likely first."""
        return by_probability(dict(zip(self.answers, self.scores, strict=True)))

    def objects(self) -> Iterator[Mapping[str, object]]:
        """A classification."""
        scores = {} if self.value is None else {"score": self.value}
        more = {"probabilities": self.probabilities, "scores": scores}
        yield json_object(self.parts or self.given, "classification", self.label, self.notes, **more)


@dataclass(frozen=True)
class TextScore(TextPrediction):
    """A number for one text, or for a pair of texts."""

    parts: tuple[str, ...] = ()
    """Both texts of a pair."""
    value: float = field(kw_only=True)

    def objects(self) -> Iterator[Mapping[str, object]]:
        """A regression."""
        yield json_object(self.parts or self.given, "regression", self.value, self.notes)


@dataclass(frozen=True)
class Entity:
    """Words that name something."""

    text: str
    type: str
    start: int
    """Number of its first word, counted from 0."""
    stop: int
    """Number of the word after its last."""


@dataclass(frozen=True)
class TextTags(TextPrediction):
    """A tag for every word of one text; the only answer is the text with its entities marked."""

    words: Sequence[str] = ()
    tags: Sequence[str] = ()
    """One for each word."""
    entities: tuple[Entity, ...] = ()

    def objects(self) -> Iterator[Mapping[str, object]]:
        """Words with their tags, and the entities."""
        tagged = [{"word": word, "tag": tag} for word, tag in zip(self.words, self.tags, strict=True)]
        yield json_object(self.given, "tags", tagged, self.notes, entities=[vars(each) for each in self.entities])


@dataclass(frozen=True)
class TextAnswer(TextPrediction):
    """The answer to a question, a part of a text; ``found`` is ``None`` where the text has none."""

    parts: tuple[str, ...] = ()
    """The question and the text."""
    found: str | None = None

    def objects(self) -> Iterator[Mapping[str, object]]:
        """The answer, or null."""
        yield json_object(self.parts or self.given, "answer", self.found, self.notes)
