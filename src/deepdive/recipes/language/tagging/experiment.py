"""A network that tags words: entity-level F1, and tags for new sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from deepdive.data.parts import Part
from deepdive.data.progress import Report
from deepdive.data.sequences import Ragged
from deepdive.data.tagging import TaggingDataModule, WordEncoder
from deepdive.data.tagging.words import PAD
from deepdive.data.text import Vocabulary
from deepdive.models.language import Tagger
from deepdive.recipes.experiments import SupervisedExperiment, make_classification_loss
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.given.example import Example
from deepdive.recipes.language.parts import SETS, evaluated_part
from deepdive.recipes.language.tagging.entities import mark_texts, tag_sections
from deepdive.recipes.language.tagging.evaluating import tag_evaluation
from deepdive.recipes.language.tagging.sources import TAKEN, read_splits, read_texts
from deepdive.recipes.language.tagging.tag_sequence import TagSequenceSettings
from deepdive.recipes.predictions import TextPrediction
from deepdive.recipes.reports import Evaluation
from deepdive.training import Run, choose_device
from deepdive.training.report import Section, pairs
from deepdive.training.sequences import EntityF1, TokenAccuracy, TokenClassification


@dataclass(frozen=True)
class TaggerMetadata:
    """The words, characters and tags of the training sentences."""

    words: Vocabulary
    characters: Vocabulary
    max_characters: int
    labels: tuple[str, ...]

    @property
    def encoder(self) -> WordEncoder:
        """What turns sentences into token ids."""
        return WordEncoder(self.words, self.characters, max_characters=self.max_characters)


class TaggingExperiment(SupervisedExperiment[TagSequenceSettings, TaggingDataModule, TaggerMetadata]):
    """Fit a tagger to sentences whose words have tags, and tag new ones."""

    metadata_type = TaggerMetadata
    data_name = "the sentences"
    takes = TAKEN
    _predicted: list[list[str]] | None = None

    def load_data(self, report: Report) -> TaggingDataModule:
        """The sentences of a data set, file or folder."""
        settings = self.settings
        splits = read_splits(settings.data, report)
        return TaggingDataModule(
            lambda: splits, min_frequency=settings.min_frequency, batch_size=settings.batch_size, seed=settings.seed
        )

    def metadata(self) -> TaggerMetadata:
        """Vocabularies and tags."""
        encoder = self.data.encoder
        return TaggerMetadata(encoder.words, encoder.characters, encoder.max_characters, self.data.labels)

    def fingerprint(self) -> Iterable[Ragged]:
        """The words and tags of the sentences of every part."""
        return (field for part in self.data.parts for field in self.data.ids(part))

    def network(self, metadata: TaggerMetadata) -> Tagger:
        """A tagger for these words, characters and tags."""
        settings, outside = self.settings, (len(metadata.words), len(metadata.characters), len(metadata.labels))
        sizes = settings.embedding_dim, settings.character_features, settings.hidden_size, settings.num_layers
        return Tagger(*outside, *sizes, settings.cell, settings.dropout, metadata.words.id_of(PAD), nn=self.nn)

    def make_task(self, network: nn.Module) -> TokenClassification:
        """Cross-entropy, the F1 of entities and the accuracy of tags."""
        return TokenClassification(
            network,
            loss=make_classification_loss(self.settings.toolkit, 0.0),
            metrics={"f1": EntityF1(self.data.labels), "accuracy": TokenAccuracy()},
            optimizer=self.optimizer,
            schedule=self.schedule,
        )

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """That of the tags of all words."""
        splits, part = self.data.sentences, evaluated_part(self.data.sentences)
        if part == "train":
            return ()
        shown = getattr(splits, part)
        return [tag_evaluation(splits.train, shown, self._tags_of(part), self.data.labels, part)]

    def sections(self, run: Run) -> list[Section]:
        """Scores by type, sentences with their tags, the sizes of the data, the network."""
        splits, metadata, part = self.data.sentences, self.metadata(), evaluated_part(self.data.sentences)
        shown, predicted = getattr(splits, part), self._tags_of(part)
        facts = {name: len(getattr(splits, name)) for name in SETS}
        facts |= {"words": len(metadata.words), "characters": len(metadata.characters)}
        words = torch.ones(1, 6, dtype=torch.long)
        example = words, torch.tensor([6]), words.unsqueeze(-1).expand(1, 6, metadata.max_characters)
        return [
            *tag_sections(predicted, shown, metadata.labels, SETS[part]),
            Section("Sentences", pairs(facts)),
            network_section(self.model.cpu(), example, device="cpu"),
        ]

    def example(self, run: Run) -> Example:
        """One of the sentences that are shown."""
        sentences = self.data.sentences
        return Example.of_text(" ".join(getattr(sentences, evaluated_part(sentences))[0][0]))

    def _tags_of(self, part: Part) -> list[list[str]]:
        """Predicted once for everything that the report shows."""
        if self._predicted is None:
            shown = getattr(self.data.sentences, part)
            self._predicted = self._tags(self.model, self.metadata(), [words for words, _ in shown])
        return self._predicted

    def texts_of(self, path: Path) -> list[str]:
        """The sentences of a file of words with their tags, as in training, or one per line of another file."""
        return read_texts(path)

    def predict(self, network: nn.Module, metadata: TaggerMetadata, texts: Sequence[str]) -> list[TextPrediction]:
        """Mark the entities in texts, ``[Ada Lovelace PER] lived in [London LOC] .``."""
        return mark_texts(texts, lambda sentences: self._tags(network, metadata, sentences))

    def _tags(self, network: nn.Module, metadata: TaggerMetadata, sentences: list[list[str]]) -> list[list[str]]:
        """The most likely tag of every word."""
        device = choose_device(self.settings.device)
        network = network.to(device).eval()
        words, forms, spellings = metadata.encoder.encode(sentences)
        predicted: list[list[str]] = []
        for rows in torch.arange(len(sentences)).split(256):
            x, lengths = words.padded(rows, metadata.words.id_of(PAD))
            inputs = x, lengths, spellings[forms.padded(rows)[0]]
            with torch.inference_mode():
                tags = network(*(each.to(device) for each in inputs)).argmax(dim=-1).tolist()
            predicted += [[metadata.labels[i] for i in row[:n]] for row, n in zip(tags, lengths.tolist(), strict=True)]
        return predicted
