"""BERT fine-tuned to tag words: entity-level F1, tags for new sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from deepdive.data.progress import Report
from deepdive.data.subwords import Subwords
from deepdive.data.tagging import SubwordTaggingDataModule, TaggedSentence, TaggingSplits
from deepdive.data.tagging.subwords import first_tokens
from deepdive.models.transformers import BERT, BERTTagger
from deepdive.recipes.experiments import make_classification_loss
from deepdive.recipes.given.example import Example
from deepdive.recipes.language.bert.fine_tuning import EncoderMetadata, FineTuning
from deepdive.recipes.language.bert.recipes import BertTagSettings
from deepdive.recipes.language.parts import SETS
from deepdive.recipes.language.tagging.entities import mark_texts, score_tags, tag_sections
from deepdive.recipes.language.tagging.evaluating import tag_evaluation
from deepdive.recipes.language.tagging.sources import TAKEN, read_splits, read_texts
from deepdive.recipes.predictions import TextPrediction
from deepdive.recipes.reports import Evaluation
from deepdive.training import Run
from deepdive.training.report import Section
from deepdive.training.sequences import EntityF1, TokenAccuracy, TokenClassification


@dataclass(frozen=True)
class TagMetadata(EncoderMetadata):
    """The encoder, and the tags."""

    labels: tuple[str, ...]


class TagExperiment(FineTuning[BertTagSettings, SubwordTaggingDataModule, TagMetadata]):
    """Fine-tune on sentences whose words have tags, and tag new ones."""

    metadata_type = TagMetadata
    data_name = "the sentences"
    takes = TAKEN
    splits: TaggingSplits

    def read(self, report: Report) -> TaggingSplits:
        """The sentences of a data set, file or folder."""
        return read_splits(self.settings.data, report)

    def tokenize(self, subwords: Subwords) -> SubwordTaggingDataModule:
        """The sentences as token ids, with a tag at the first of each word."""
        settings = self.settings
        sizes = {"max_length": settings.max_length, "batch_size": settings.batch_size}
        return SubwordTaggingDataModule(lambda: self.splits, subwords, **sizes, seed=settings.seed)

    def metadata(self) -> TagMetadata:
        """The encoder and the tags."""
        return TagMetadata(**vars(self.encoder), labels=self.data.labels)

    def add_head(self, bert: BERT, metadata: TagMetadata) -> BERTTagger:
        """A head on every token."""
        return BERTTagger(bert, len(metadata.labels), self.settings.dropout, nn=self.nn)

    def make_task(self, network: nn.Module) -> TokenClassification:
        """Cross-entropy, the F1 of entities and the accuracy of tags."""
        return TokenClassification(
            network,
            loss=make_classification_loss(self.settings.toolkit, 0.0),
            metrics={"f1": EntityF1(self.data.labels), "accuracy": TokenAccuracy()},
            **self.optimization(network),
        )

    def measure(self, run: Run, metrics: dict[str, float]) -> dict[str, float]:
        """The F1 of all words; those behind the end of what the encoder reads count as ``O``."""
        self._shown: Sequence[TaggedSentence] = getattr(self.splits, self.evaluated)
        self._predicted = self._tags(self.model, self.metadata(), [words for words, _ in self._shown])
        scores = score_tags(self._predicted, self._shown, self.data.labels)
        return {f"{self.evaluated}_f1": scores.overall.f1}

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """That of the tags of all words."""
        if self.evaluated == "train":
            return ()
        shown = self._shown
        return [tag_evaluation(self.splits.train, shown, self._predicted, self.data.labels, self.evaluated)]

    def sections(self, run: Run) -> list[Section]:
        """Scores by type, sentences with their tags, the sizes of the data, the network."""
        own = tag_sections(self._predicted, self._shown, self.data.labels, SETS[self.evaluated])
        return [*own, *super().sections(run)]

    def example(self, run: Run) -> Example:
        """One of the sentences that are shown."""
        return Example.of_text(" ".join(getattr(self.splits, self.evaluated)[0][0]))

    def texts_of(self, path: Path) -> list[str]:
        """The sentences of a file of words with their tags, as in training, or one per line of another file."""
        return read_texts(path)

    def predict(self, network: nn.Module, metadata: TagMetadata, texts: Sequence[str]) -> list[TextPrediction]:
        """Mark the entities in texts, ``[Ada Lovelace PER] lived in [London LOC] .``."""
        return mark_texts(texts, lambda sentences: self._tags(network, metadata, sentences))

    def _tags(self, network: nn.Module, metadata: TagMetadata, sentences: list[list[str]]) -> list[list[str]]:
        """The most likely tag of every word; ``O`` behind the end of what the encoder reads."""
        rows = metadata.subwords.encode_words(sentences, max_length=self.settings.max_length)
        tokens = rows.ids
        tags = torch.zeros(len(tokens.values), dtype=torch.long)
        for numbers, logits in self.outputs(network, metadata.subwords, tokens, rows.type_ids):
            best = logits.argmax(dim=-1).cpu()  # (b, t)
            position = torch.arange(best.shape[1])
            real = position < tokens.lengths[numbers].unsqueeze(1)
            tags[(tokens.offsets[numbers].unsqueeze(1) + position)[real]] = best[real]
        first, row = first_tokens(rows)
        counts = torch.bincount(row[first], minlength=len(sentences)).tolist()
        found = [[metadata.labels[i] for i in part.tolist()] for part in tags[first].split(counts)]
        return [tags + ["O"] * (len(words) - len(tags)) for words, tags in zip(sentences, found, strict=True)]
