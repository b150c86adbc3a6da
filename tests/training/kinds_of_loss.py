"""Every kind of task on rows of 1, 1, 8 and 8 targets, each with its loss written out, target by target."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from deepdive import scratch
from deepdive.algorithms.contrastive import contrastive_loss
from deepdive.training import Classification, MultiOutput, Output, Regression, Supervised, Task, WeightedClassification
from deepdive.training.sequences import (
    IGNORED,
    LanguageModelling,
    MaskedLanguageModelling,
    SpanSelection,
    TokenClassification,
    Translation,
)

from .small_networks import CLASSES, Apart, Hidden, Pair, Several, Spans

SGD = partial(torch.optim.SGD, lr=1.0)
CLASS_WEIGHTS = torch.tensor([0.3, 2.0, 1.0, 0.0, 5.0], dtype=torch.double)
POSITIVE = CLASS_WEIGHTS + 0.1


@dataclass(frozen=True)
class Kind:
    """A task, its rows, and the loss of all rows together."""

    make: Callable[[], Task]
    fields: tuple[Tensor, ...]
    loss: Callable[[Task, tuple[Tensor, ...]], Tensor]


def seeded(make: Callable[[], nn.Module]) -> nn.Module:
    torch.manual_seed(0)
    return make().double()


def numbers(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(shape, dtype=torch.double, generator=torch.Generator().manual_seed(seed))


def classes(*shape: int, high: int = CLASSES, seed: int = 2) -> Tensor:
    return torch.randint(high, shape, generator=torch.Generator().manual_seed(seed))


def ragged(fill: int = IGNORED, low: int = 0) -> Tensor:
    """Four rows with 1, 1, 8 and 8 targets."""
    y = classes(4, 8)
    y = y.clamp(min=low)
    for row, length in enumerate((1, 1, 8, 8)):
        y[row, length:] = fill
    return y


TOKENS, TARGETS = classes(4, 8, seed=3), ragged()
ROWS = numbers(4, 3)
LABELS = torch.tensor([1, IGNORED, 4, 2])


def tokens_network() -> nn.Module:
    return seeded(lambda: nn.Sequential(nn.Embedding(CLASSES, 4), nn.Linear(4, CLASSES)))


def rows_network(outputs: int = CLASSES) -> nn.Module:
    return seeded(lambda: nn.Linear(3, outputs))


def surprise(log_p: Tensor, y: int, smoothing: float, weights: Tensor) -> Tensor:
    """Cross-entropy of one target, by its definition."""
    q = torch.full((len(log_p),), smoothing / len(log_p), dtype=torch.double)
    q[y] += 1 - smoothing
    return -(weights * q * log_p).sum()


def written_out(
    logits: Tensor, targets: Tensor, weights: Tensor | None = None, smoothing: float = 0.0, ignored: int = IGNORED
) -> Tensor:
    """Mean over targets, by their class weights."""
    given = torch.ones(logits.shape[-1], dtype=torch.double) if weights is None else weights
    told = [
        (surprise(o.log_softmax(0), int(y), smoothing, given), given[y])
        for o, y in zip(logits.flatten(0, -2), targets.flatten(), strict=True)
        if y != ignored
    ]
    return sum(loss for loss, _ in told) / sum(weight for _, weight in told)


def of_tokens(**words) -> Callable[[Task, tuple[Tensor, ...]], Tensor]:
    return lambda task, fields: written_out(task.network(fields[0]), fields[1], **words)


def of_rows(**words) -> Callable[[Task, tuple[Tensor, ...]], Tensor]:
    return lambda task, fields: written_out(task.network(fields[0]), fields[-1], **words)


def masked_loss(task: Task, fields: tuple[Tensor, ...]) -> Tensor:
    x, y, z = fields
    said = task.network(x, torch.arange(y.numel()))
    return written_out(said.tokens, y) + 0.7 * written_out(said.is_next, z)


def span_loss(task: Task, fields: tuple[Tensor, ...]) -> Tensor:
    x, lengths, spans = fields
    told = [
        -task.network(x[i : i + 1], lengths)[0, : int(lengths[i]), end].log_softmax(0)[spans[i, end]]
        for i in range(len(x))
        for end in range(2)
    ]
    return sum(told) / len(told)


def several_loss(task: Task, fields: tuple[Tensor, ...]) -> Tensor:
    x, age, kind = fields
    said = task.network(x)
    squares = (said["age"] - age).square().mean()
    return 0.25 * squares + 3.0 * written_out(said["kind"], kind, CLASS_WEIGHTS)


def learnt_loss(task: Task, fields: tuple[Tensor, ...]) -> Tensor:
    x, age, kind = fields
    said, s = task.network(x), task.loss.log_variances
    squares = (said["age"] - age).square().mean()
    return 0.5 * (-s[0]).exp() * squares + (-s[1]).exp() * written_out(said["kind"], kind) + s.sum() / 2


def several(kind: nn.Module, **words) -> Task:
    outputs = {"age": Output("regression", 0.25), "kind": Output("classification", 3.0, loss=kind, metrics={})}
    return MultiOutput(seeded(Several), outputs, optimizer=SGD, **words).double()


def positives_loss(task: Task, fields: tuple[Tensor, ...]) -> Tensor:
    x, y = fields
    p = task.network(x).sigmoid()
    return -(torch.tensor([2.0, 7.0]) * y * p.log() + (1 - y) * (1 - p).log()).sum() / y.numel()


def soft_loss(task: Task, fields: tuple[Tensor, ...]) -> Tensor:
    x, y = fields
    return -(CLASS_WEIGHTS * y * task.network(x).log_softmax(1)).sum() / len(x)


def kinds_of(toolkit) -> dict[str, Kind]:
    """Those whose loss a toolkit gives."""
    weighted = {"weight": CLASS_WEIGHTS}
    cross_entropy = toolkit.CrossEntropyLoss
    return {
        "tokens": Kind(
            lambda: TokenClassification(tokens_network(), loss=cross_entropy(), optimizer=SGD),
            (TOKENS, TARGETS),
            of_tokens(),
        ),
        "tokens weighted and smoothed": Kind(
            lambda: TokenClassification(
                tokens_network(), loss=cross_entropy(POSITIVE, label_smoothing=0.2), optimizer=SGD
            ),
            (TOKENS, TARGETS),
            of_tokens(weights=POSITIVE, smoothing=0.2),
        ),
        "tokens with another ignored one": Kind(
            lambda: TokenClassification(tokens_network(), loss=cross_entropy(ignore_index=0), optimizer=SGD),
            (TOKENS, ragged(fill=0, low=1)),
            of_tokens(ignored=0),
        ),
        "classes ignored": Kind(
            lambda: Classification(rows_network(), loss=cross_entropy(), optimizer=SGD), (ROWS, LABELS), of_rows()
        ),
        "classes weighted": Kind(
            lambda: Classification(rows_network(), loss=cross_entropy(**weighted), optimizer=SGD),
            (ROWS, LABELS),
            of_rows(weights=CLASS_WEIGHTS),
        ),
        "classes weighted, ignored and smoothed": Kind(
            lambda: Classification(
                rows_network(), loss=cross_entropy(POSITIVE, ignore_index=4, label_smoothing=0.3), optimizer=SGD
            ),
            (ROWS, torch.tensor([1, 4, 0, 2])),
            of_rows(weights=POSITIVE, smoothing=0.3, ignored=4),
        ),
        "log-probabilities": Kind(
            lambda: Classification(
                nn.Sequential(rows_network(), nn.LogSoftmax(1)), loss=toolkit.NLLLoss(**weighted), optimizer=SGD
            ),
            (ROWS, LABELS),
            lambda task, fields: written_out(task.network[0](fields[0]), fields[1], CLASS_WEIGHTS),
        ),
        "probabilities": Kind(
            lambda: Classification(rows_network(), loss=cross_entropy(**weighted), optimizer=SGD),
            (ROWS, numbers(4, CLASSES, seed=5).softmax(1)),
            soft_loss,
        ),
        "pixels": Kind(
            lambda: Classification(
                seeded(lambda: nn.Conv1d(2, CLASSES, 1)), loss=cross_entropy(**weighted), metrics={}, optimizer=SGD
            ),
            (numbers(4, 2, 8), TARGETS),
            lambda task, fields: written_out(task.network(fields[0]).transpose(1, 2), fields[1], CLASS_WEIGHTS),
        ),
        "positives": Kind(
            lambda: Regression(
                rows_network(2),
                loss=toolkit.BCEWithLogitsLoss(pos_weight=torch.tensor([2.0, 7.0]).double()),
                optimizer=SGD,
            ),
            (ROWS, classes(4, 2, high=2).double()),
            positives_loss,
        ),
        "several outputs": Kind(
            lambda: several(cross_entropy(**weighted)), (ROWS, numbers(4, 1, seed=6), LABELS), several_loss
        ),
        "several outputs, learnt weights": Kind(
            lambda: several(cross_entropy(), learn_weights=True), (ROWS, numbers(4, 1, seed=6), LABELS), learnt_loss
        ),
        "hidden tokens and pairs": Kind(
            lambda: MaskedLanguageModelling(seeded(Hidden), loss=cross_entropy(), next_weight=0.7, optimizer=SGD),
            (TOKENS, TARGETS, torch.tensor([0, 1, 1, 0])),
            masked_loss,
        ),
        "spans": Kind(
            lambda: SpanSelection(seeded(Spans), loss=cross_entropy(), optimizer=SGD),
            (TOKENS, torch.tensor([3, 8, 5, 6]), torch.tensor([[0, 2], [3, 7], [1, 1], [2, 5]])),
            span_loss,
        ),
        "translation": Kind(
            lambda: Translation(seeded(Pair), padding=0, loss=cross_entropy(), optimizer=SGD),
            (TOKENS, torch.full((4,), 8), torch.cat([torch.ones(4, 1).long(), ragged(fill=0, low=1)], 1)),
            lambda task, fields: written_out(task.network(*fields[:2], fields[2][:, :-1]), fields[2][:, 1:], ignored=0),
        ),
    }


KINDS = {
    **{f"{name}, torch": kind for name, kind in kinds_of(nn).items()},
    **{f"{name}, scratch": kind for name, kind in kinds_of(scratch).items()},
    "language model": Kind(lambda: LanguageModelling(tokens_network(), optimizer=SGD), (TOKENS, TARGETS), of_tokens()),
    "a function of its own": Kind(
        lambda: TokenClassification(
            tokens_network(), loss=lambda o, y: F.cross_entropy(o[y >= 0], y[y >= 0]), optimizer=SGD
        ),
        (TOKENS, TARGETS),
        of_tokens(),
    ),
    "a function in part": Kind(
        lambda: Classification(
            rows_network(), loss=partial(F.cross_entropy, weight=CLASS_WEIGHTS, ignore_index=4), optimizer=SGD
        ),
        (ROWS, torch.tensor([1, 4, 0, 2])),
        of_rows(weights=CLASS_WEIGHTS, ignored=4),
    ),
    "numbers and a penalty": Kind(
        lambda: Regression(
            rows_network(2), optimizer=SGD, penalty=lambda net: 0.1 * sum(p.square().sum() for p in net.parameters())
        ),
        (ROWS, numbers(4, 2, seed=7)),
        lambda task, fields: (task.network(fields[0]) - fields[1]).square().mean(),
    ),
    "distances": Kind(
        lambda: Supervised(seeded(Apart), loss=partial(contrastive_loss, margin=2.0), optimizer=SGD),
        (ROWS, numbers(4, 3, seed=8), torch.tensor([0.0, 1.0, 1.0, 0.0]).double()),
        lambda task, fields: contrastive_loss(task.network(*fields[:2]), fields[2], 2.0),
    ),
}
IMPORTANCE = Kind(
    lambda: WeightedClassification(rows_network(), optimizer=SGD),
    (ROWS, torch.tensor([0.5, 3.0, 0.0, 1.5]).double(), torch.tensor([1, 0, 4, 2])),
    lambda task, fields: (
        sum(fields[1][i] * F.cross_entropy(task.network(fields[0][i]), fields[2][i]) for i in range(4)) / 4
    ),
)
"""Its batches to learn from have another field than those to measure."""
