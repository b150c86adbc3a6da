"""A published encoder with a head, and both trained: what the experiments with BERT have in common."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from deepdive.data.parts import Part
from deepdive.data.progress import Progress, Report
from deepdive.data.sentences import SentenceDataModule
from deepdive.data.sequences import BucketDataModule, BucketLoader, Ragged
from deepdive.data.subwords import PAD, Subwords, read_published
from deepdive.models.transformers import BERT
from deepdive.models.transformers.public import BERT_LAYOUT, bert_arguments
from deepdive.recipes.experiments import SupervisedExperiment
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.language.bert.recipes import FineTuningSettings
from deepdive.recipes.language.parts import SETS, evaluated_part
from deepdive.training import DiscriminativeRates, GradualUnfreezing, Run, choose_device, fit_state_dict
from deepdive.training.report import Section, pairs

_ROWS = 128


@dataclass(frozen=True)
class EncoderMetadata:
    """The tokenizer of an encoder, and the arguments that make it: all but its weights."""

    subwords: Subwords
    encoder: dict[str, Any]


SettingsT = TypeVar("SettingsT", bound=FineTuningSettings)
DataT = TypeVar("DataT", bound=SentenceDataModule | BucketDataModule)
MetadataT = TypeVar("MetadataT", bound=EncoderMetadata)


class FineTuning(SupervisedExperiment[SettingsT, DataT, MetadataT], Generic[SettingsT, DataT, MetadataT]):
    """Put a head on a published encoder, and train both.

    To fill in: `read`, `tokenize`, `add_head`, and what a supervised experiment needs otherwise. There is then
    ``self.splits`` and, of the encoder, ``self.encoder``.
    """

    enough_updates = 0  # a published encoder learns from few examples, and forgets in many updates
    pooler = False
    """Whether the encoder needs its pooler."""

    @abstractmethod
    def read(self, report: Report) -> Any:
        """The examples, with ``train``, ``val`` and ``test``."""

    @abstractmethod
    def tokenize(self, subwords: Subwords) -> DataT:
        """The data module of ``self.splits``."""

    @abstractmethod
    def add_head(self, bert: BERT, metadata: MetadataT) -> nn.Module:
        """The network around an encoder, which it has as ``bert``."""

    def load_data(self, report: Report) -> DataT:
        """The examples, and the encoder that the settings speak of.

        Raises:
            ValueError: ``max_length`` is more than the encoder reads, or what is published is no BERT.
        """
        settings = self.settings
        self.splits = self.read(report)
        published = read_published(settings.weights, report=report)
        arguments = bert_arguments(published.configuration, tell=lambda note: report(Progress(note)))
        if not 3 <= settings.max_length <= arguments["max_positions"]:
            raise ValueError(
                f"max_length must be from 3 to {arguments['max_positions']}, the most that {settings.weights} reads, "
                f"got {settings.max_length}"
            )
        self.encoder, self._state = EncoderMetadata(published.subwords, arguments), published.state
        return self.tokenize(published.subwords)

    def check_pairs(self) -> None:
        """Check that the encoder tells the two texts of a pair apart.

        Raises:
            ValueError: it knows one type of tokens only.
        """
        if (types := self.encoder.encoder["type_vocab_size"]) < 2:
            raise ValueError(f"type_vocab_size must be at least 2 for pairs of texts, got {types} in config.json")

    def fingerprint(self) -> Iterable[Tensor | Ragged]:
        """The examples of every part as the network gets them."""
        return (field for part in self.data.parts for field in self.data.fields(part))

    def network(self, metadata: MetadataT) -> nn.Module:
        """An encoder with a head, with weights as they are drawn."""
        dropout = self.settings.dropout
        arguments = metadata.encoder | {"dropout": dropout, "attention_dropout": dropout, "pooler": self.pooler}
        return self.add_head(BERT(**arguments, nn=self.nn), metadata)

    def build(self) -> None:
        """The network with the published weights, and its task.

        Raises:
            CheckpointError: the weights do not fit; lists what is missing and what is too much.
        """
        super().build()
        bert = self.model.get_submodule("bert")
        fit_state_dict(bert, self._state, source=self.settings.weights, layout=BERT_LAYOUT)
        self._state = {}

    def optimization(self, network: nn.Module) -> dict[str, Any]:
        """What a task takes of optimiser, schedule, rates by depth and unfreezing."""
        groups, every = depths(network), self.settings.unfreeze_every
        return {
            "optimizer": self.optimizer,
            "schedule": self.schedule,
            "parameter_groups": DiscriminativeRates(groups, self.settings.optimizer.lr, self.settings.layer_lr_decay),
            "unfreezing": None if every is None else GradualUnfreezing(groups, every),
        }

    def outputs(
        self, network: nn.Module, subwords: Subwords, tokens: Ragged, types: Ragged
    ) -> Iterator[tuple[Tensor, Any]]:
        """The outputs of a network in evaluation mode, batch by batch of similar lengths.

        Gives the numbers of the rows of a batch, on the host, and the outputs, where they are computed.
        """
        device = choose_device(self.settings.device)
        network = network.to(device).eval()
        loader = BucketLoader((tokens, types, tokens.lengths), _ROWS, pads=(subwords.id_of(PAD), 0, 0))
        for numbers, batch in zip(loader.rows().split(_ROWS), loader.batches(device=device), strict=True):
            with torch.inference_mode():  # not around the loop, where it would hold for the caller, too
                outputs = network(*batch)
            yield numbers, outputs

    def sections(self, run: Run) -> list[Section]:
        """The sizes of the data, and the network."""
        facts: dict[str, object] = {name: len(getattr(self.splits, name)) for name in SETS}
        facts |= {
            "vocabulary size": len(self.encoder.subwords),
            "longest training row, in tokens": int(torch.as_tensor(self.data.fields("train")[2]).max()),
            "padding in batches": f"{self.data.train_loader().padding_waste():.1%}",
        }
        title = self.data_name.removeprefix("the ").capitalize()
        return [Section(title, pairs(facts)), piece_network_section(self.model)]

    @property
    def evaluated(self) -> Part:
        """The part that is tested on and shown."""
        return evaluated_part(self.splits)


def piece_network_section(network: nn.Module) -> Section:
    """The network as it reads a text of eight tokens."""
    tokens = torch.full((1, 8), 5)
    return network_section(network.cpu(), (tokens, torch.zeros_like(tokens), torch.tensor([8])), device="cpu")


def depths(network: nn.Module) -> list[list[str]]:
    """The layers of a network around ``bert``, from the embeddings to the head."""
    blocks = [[f"bert.stack.blocks.{i}"] for i, _ in enumerate(network.get_submodule("bert.stack.blocks").children())]
    head = [name for name, part in network.named_children() if name != "bert" and any(True for _ in part.parameters())]
    pooler = ["bert.pooler"] if getattr(network.bert, "pooler", None) is not None else []
    return [["bert.embedding", "bert.types", "bert.positions", "bert.norm"], *blocks, [*head, *pooler]]
