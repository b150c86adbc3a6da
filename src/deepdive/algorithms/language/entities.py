"""Named entities from the tags of words: what was found, as a whole and of the right type (Tjong Kim Sang, 2003)."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.checks import check_labels, check_range
from deepdive.signatures import checked
from deepdive.targets import IGNORED


@dataclass(frozen=True)
class Score:
    """How many of the entities that were named are right, and how many of the right ones were named."""

    precision: float
    recall: float
    f1: float
    """``2 p r / (p + r)``; 0 where nothing is right."""
    correct: int
    predicted: int
    true: int


@dataclass(frozen=True)
class EntityScores:
    """Scores of all entities together (micro-averaged), and of each type."""

    overall: Score
    of_type: dict[str, Score]


@checked
def entity_types(labels: Sequence[str]) -> tuple[str, ...]:
    """The types that tag names like ``B-PER`` and ``I-PER`` speak of, in the order of strings.

    Raises:
        ValueError: a name is neither ``O`` nor ``B-`` or ``I-`` with a type behind it.
    """
    for label in labels:
        if label != "O" and (label[:2] not in ("B-", "I-") or len(label) < 3):
            raise ValueError(f"labels must be O, B-... or I-..., got {label!r}")
    return tuple(sorted({label[2:] for label in labels if label != "O"}))


@checked
def entity_spans(tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """``(type, start, stop)`` of each entity in the tags of one sentence: its words are ``start, ..., stop - 1``.

    ``B-`` starts an entity, and so does an ``I-`` that does not continue one of its type.

    Raises:
        ValueError: a tag is none of ``O``, ``B-...`` and ``I-...``.
    """
    entity_types(tags)
    spans: list[tuple[str, int, int]] = []
    for i, tag in enumerate(tags):
        if tag[0] == "I" and spans and spans[-1][2] == i and spans[-1][0] == tag[2:]:
            spans[-1] = (tag[2:], spans[-1][1], i + 1)
        elif tag != "O":
            spans.append((tag[2:], i, i + 1))
    return spans


@checked
def entity_counts(
    predicted: Int64[Tensor, "b t"], true: Int64[Tensor, "b t"], labels: Sequence[str]
) -> Int64[Tensor, "types 3"]:
    """How many entities of each type are right, were predicted, and are true: to be summed over batches.

    An entity is right if its first word, its last word and its type are. It starts and ends as in `entity_spans` (the
    rules of the conlleval program).

    Args:
        predicted: tag numbers, each in ``[0, len(labels))``.
        true: the same, or -100 for what is left out of both, be it padding or the middle of a sentence.
        labels: the names of the tags, see `entity_types` for the order of the rows.

    Raises:
        ValueError: different shapes, a number without a label, or a label that is no tag.
    """
    check_labels("true", true, len(labels), IGNORED)
    check_labels("predicted", predicted.masked_fill(true == IGNORED, 0), len(labels))
    return count_entities(predicted, true, labels)


def count_entities(
    predicted: Int64[Tensor, "b t"], true: Int64[Tensor, "b t"], labels: Sequence[str]
) -> Int64[Tensor, "types 3"]:
    """`entity_counts` of numbers that are known to be those of labels: does not look at them, and waits for nothing."""
    types = entity_types(labels)
    # The words that count come first, in their order, and words outside of entities follow them.
    ignored = true == IGNORED
    order = ignored.long().argsort(dim=1, stable=True)
    ignored = ignored.gather(1, order)
    begins = torch.tensor([label[0] == "B" for label in labels], device=true.device)
    type_of = torch.tensor([types.index(label[2:]) if label != "O" else -1 for label in labels], device=true.device)
    (start, kind, stop), (true_start, true_kind, true_stop) = (
        _chunks(begins, type_of, tags.gather(1, order).masked_fill(ignored, 0), ignored) for tags in (predicted, true)
    )
    right = start & true_start & (kind == true_kind) & (stop == true_stop)
    rows = [
        _of_type(kind, which, len(types)) for kind, which in ((kind, right), (kind, start), (true_kind, true_start))
    ]
    return torch.stack(rows, 1)


def _chunks(begins: Tensor, type_of: Tensor, tags: Tensor, ignored: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """For each position, whether an entity starts there, of which type, and before which position it stops."""
    b, t = tags.shape
    kind = type_of[tags].masked_fill(ignored, -1)  # -1: outside
    before = torch.cat((kind.new_full((b, 1), -1), kind[:, :-1]), 1)
    inside = kind >= 0
    start = inside & (begins[tags] | (before != kind))
    # The next position from here on that continues nothing.
    breaks = torch.arange(t, device=tags.device).expand(b, t).masked_fill(inside & ~start, t)
    breaks = breaks.flip(1).cummin(1).values.flip(1)
    stop = torch.cat((breaks[:, 1:], breaks.new_full((b, 1), t)), 1)
    return start, kind, stop


def _of_type(kind: Tensor, which: Tensor, types: int) -> Tensor:
    # One more bin for what does not count, so that no size depends on values.
    return torch.where(which, kind, types).flatten().bincount(minlength=types + 1)[:types]


@checked
def entity_scores(counts: Int64[Tensor, "types 3"], labels: Sequence[str]) -> EntityScores:
    """Precision, recall and F1 from what `entity_counts` gave, summed over all batches.

    Raises:
        ValueError: another number of types than the labels have, or counts that cannot be.
    """
    types = entity_types(labels)
    if len(counts) != len(types):
        raise ValueError(f"counts must have a row for each of the types {', '.join(types)}, got {len(counts)}")
    check_range("counts", counts, 0)
    if bool((counts[:, :1] > counts[:, 1:]).any()):
        raise ValueError(f"counts must have no more right entities than predicted or true ones, got {counts.tolist()}")
    rows = counts.tolist()
    overall = score(*counts.sum(0).tolist())
    return EntityScores(overall, {name: score(*row) for name, row in zip(types, rows, strict=True)})


def score(correct: int, predicted: int, true: int) -> Score:
    """Precision, recall and F1 of counts that can be; each 0 where there is nothing to divide by."""
    f1 = 2 * correct / (predicted + true) if predicted + true else 0.0
    return Score(correct / max(1, predicted), correct / max(1, true), f1, correct, predicted, true)
