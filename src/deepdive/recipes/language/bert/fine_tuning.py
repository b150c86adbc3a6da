"""A published encoder, and what it takes to train it on: its parts by depth, rates of their own, what a run keeps."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from deepdive.data.progress import Progress, Report, progress_bars
from deepdive.data.sequences import BucketLoader, Ragged
from deepdive.data.subwords import PAD, Subwords, read_published
from deepdive.models.transformers import BERT
from deepdive.models.transformers.public import BERT_LAYOUT, bert_arguments
from deepdive.recipes.experiments.inputs import read_inputs
from deepdive.recipes.experiments.making import make_optimizer, make_schedule, make_toolkit
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.language.bert.settings import FineTuningSettings
from deepdive.toolkit import Toolkit
from deepdive.training import (
    DiscriminativeRates,
    GradualUnfreezing,
    Run,
    choose_device,
    fit_state_dict,
    seed_everything,
)
from deepdive.training.report import Section

Splits = TypeVar("Splits")

_ROWS = 128


@dataclass(frozen=True)
class Encoder:
    """The tokenizer of an encoder, and the arguments that make it: all but its weights."""

    subwords: Subwords
    arguments: Mapping[str, Any]

    def network(self, *, dropout: float, pooler: bool, nn: Toolkit) -> BERT:
        """A new one, with weights as they are drawn."""
        dropouts = {"dropout": dropout, "attention_dropout": dropout}
        return BERT(**{**self.arguments, **dropouts}, pooler=pooler, nn=nn)

    def check_pairs(self) -> None:
        """Check that it tells the two texts of a pair apart.

        Raises:
            ValueError: it knows one type of tokens only.
        """
        if (types := self.arguments["types"]) < 2:
            raise ValueError(f"type_vocab_size must be at least 2 for pairs of texts, got {types} in config.json")

    def kept(self) -> dict[str, Any]:
        """What a run folder keeps of it."""
        return {"subwords": self.subwords.to_json(), "encoder": dict(self.arguments)}


def published_encoder(settings: FineTuningSettings, *, pooler: bool, report: Report) -> tuple[Encoder, BERT]:
    """The encoder that settings speak of, obtained first if need be, and the network with its weights.

    Raises:
        ValueError: ``longest`` is more than the encoder reads, or what is published is no BERT.
        CheckpointError: the weights do not fit; lists what is missing and what is too much.
    """
    published = read_published(settings.weights, report=report)
    arguments = bert_arguments(published.configuration, tell=lambda note: report(Progress(note)))
    encoder = Encoder(published.subwords, arguments)
    if not 3 <= settings.longest <= encoder.arguments["places"]:
        raise ValueError(
            f"longest is {settings.longest}; it must be from 3 to {encoder.arguments['places']}, the most that "
            f"{settings.weights} reads"
        )
    bert = encoder.network(dropout=settings.dropout, pooler=pooler, nn=make_toolkit(settings.toolkit))
    fit_state_dict(bert, published.state, source=settings.weights, layout=BERT_LAYOUT)
    return encoder, bert


def obtained(
    settings: FineTuningSettings, read: Callable[[Report], Splits], *, pooler: bool
) -> tuple[Splits, Encoder, BERT]:
    """What ``read`` gives, and the encoder that settings speak of, with progress shown and the seed set in between.

    Raises:
        ValueError: as ``read`` and `published_encoder`.
    """
    with progress_bars() as report:
        splits = read(report)
        seed_everything(settings.seed)
        return splits, *published_encoder(settings, pooler=pooler, report=report)


def held_part(splits: Any) -> str:
    """The part to show and to test on: ``test``, or ``val``, or ``train`` where the others are empty."""
    return next(part for part in ("test", "val", "train") if part == "train" or len(getattr(splits, part)))


def piece_network_section(network: nn.Module) -> Section:
    """The network as it reads a text of eight pieces."""
    tokens = torch.full((1, 8), 5)
    return network_section(network.cpu(), (tokens, torch.zeros_like(tokens), torch.tensor([8])), device="cpu")


def kept_encoder(run: Run) -> Encoder:
    """The encoder of a run, without its weights.

    Raises:
        RunError: ``inputs.json`` is missing or damaged.
    """
    return read_inputs(run, lambda kept: Encoder(Subwords.from_json(kept["subwords"]), dict(kept["encoder"])))


def depths(network: nn.Module, *head: str) -> list[list[str]]:
    """The layers of a network around ``bert``, from its vectors to the ``head``."""
    blocks = [f"bert.stack.blocks.{i}" for i in range(len(list(network.get_submodule("bert.stack.blocks").children())))]
    last = [*head, *(["bert.pooler"] if getattr(network.bert, "pooler", None) is not None else [])]
    return [["bert.embedding", "bert.types", "bert.positions", "bert.norm"], *([block] for block in blocks), last]


def supervised(settings: FineTuningSettings, network: nn.Module, *head: str) -> dict[str, Any]:
    """What a task is told of optimiser, schedule, rates by depth and unfreezing.

    Raises:
        ValueError: a setting is out of its range.
    """
    groups = depths(network, *head)
    unfreezing = None if settings.unfreeze_every is None else GradualUnfreezing(groups, settings.unfreeze_every)
    return {
        "optimizer": make_optimizer(settings.optimizer, settings.toolkit),
        "schedule": make_schedule(settings),
        "parameter_groups": DiscriminativeRates(groups, settings.optimizer.lr, settings.decay),
        "unfreezing": unfreezing,
    }


def outputs_of(
    network: nn.Module, tokens: Ragged, types: Ragged, subwords: Subwords, *, device: str
) -> Iterator[tuple[Tensor, Any]]:
    """What a network in evaluation mode says of rows of pieces, batch by batch of similar lengths.

    Gives the numbers of the rows of a batch, on the host, and the network's outputs, where it computes them.
    """
    place = choose_device(device)
    network = network.to(place).eval()
    loader = BucketLoader((tokens, types, tokens.lengths), _ROWS, pads=(subwords.id_of(PAD), 0, 0))
    for rows, batch in zip(loader.rows().split(_ROWS), loader.batches(device=place), strict=True):
        with torch.inference_mode():  # not around the loop, where it would hold for the caller, too
            said = network(*batch)
        yield rows, said
