"""BERT fine-tuned to tag words, as an experiment: entity-level F1, examples, tags for new sentences."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from deepdive.data.sequences import Ragged
from deepdive.data.subwords import Subwords
from deepdive.data.tagging import PieceTaggingDataModule, TaggedSentence
from deepdive.data.tagging.pieces import first_pieces
from deepdive.models.transformers import BERT, BERTTagger
from deepdive.recipes.experiments.inputs import checksum, keep_inputs, read_inputs
from deepdive.recipes.experiments.making import make_classification_loss, make_toolkit, make_trainer
from deepdive.recipes.experiments.weights import trained_weights
from deepdive.recipes.language.bert.fine_tuning import (
    held_part,
    kept_encoder,
    obtained,
    outputs_of,
    piece_network_section,
    supervised,
)
from deepdive.recipes.language.bert.tag import BertTagSettings
from deepdive.recipes.language.tagging.reporting import marked, scores_of, tag_sections, words_of
from deepdive.recipes.language.tagging.sources import read_splits, sentences_of
from deepdive.recipes.predictions import TextPrediction
from deepdive.training import Run, choose_device
from deepdive.training.records import Listener
from deepdive.training.report import Section, pairs
from deepdive.training.sequences import EntityF1, TokenAccuracy, TokenClassification


class BertTagExperiment:
    """Put a head on every token of a published encoder and train both on sentences whose words have tags.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: BertTagSettings) -> None:
        self.settings = settings
        self.trainer = make_trainer(settings)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Obtain encoder and sentences, number these, and make the task."""
        settings = self.settings
        splits, self.encoder, bert = obtained(settings, lambda report: read_splits(settings.data, report), pooler=False)
        self.data = PieceTaggingDataModule(
            lambda: splits,
            self.encoder.subwords,
            longest=settings.longest,
            batch_size=settings.batch_size,
            seed=settings.seed,
        )
        self.data.prepare()
        self.network = self._network(bert, self.data.labels)
        self.task = TokenClassification(
            self.network,
            loss=make_classification_loss(settings.toolkit, 0.0),
            metrics={"f1": EntityF1(self.data.labels), "accuracy": TokenAccuracy()},
            **supervised(settings, self.network, "head"),
        )

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder, which then also knows the encoder and the tags.

        ``test_f1`` is of all words; those behind the end of what the encoder reads have no tag found.

        Raises:
            RunError: the sentences are not those that the run began with.
        """
        tokens, _, _, tags = self.data.fields("train")
        inputs = self.encoder.kept() | {
            "labels": list(self.data.labels),
            "sentences": checksum(
                value
                for field in (tokens, tags)
                if isinstance(field, Ragged)
                for value in (field.values, field.offsets)
            ),
        }
        keep_inputs(run, inputs, what=f"the sentences of {self.settings.data} have", resume=resume)
        metrics = self.trainer.fit(
            self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume
        )
        splits, labels = self.data.sentences, self.data.labels
        part = held_part(splits)
        self._held: list[TaggedSentence] = getattr(splits, part)
        self._found = self._tags(self.network, self.encoder.subwords, [words for words, _ in self._held], labels)
        return metrics | {f"{part}_f1": scores_of(self._found, self._held, labels).overall.f1}

    def sections(self, run: Run) -> list[Section]:
        """Scores by type, sentences held out with their tags, the sentences, the network."""
        splits = self.data.sentences
        facts: dict[str, object] = {name: len(getattr(splits, name)) for name in ("train", "val", "test")}
        facts |= {
            "pieces known": len(self.encoder.subwords),
            "padding in batches": f"{self.data.train_loader().padding_waste():.1%}",
        }
        return [
            *tag_sections(self._found, self._held, self.data.labels),
            Section("Sentences", pairs(facts)),
            piece_network_section(self.network),
        ]

    def texts_of(self, path: Path) -> list[str]:
        """The sentences of a file of words with their tags, as those learnt from, or one per line of another file."""
        return sentences_of(path)

    def predict(self, run: Run, texts: Sequence[str]) -> list[TextPrediction]:
        """Mark the entities in texts, ``[Ada Lovelace PER] lived in [London LOC] .``.

        Raises:
            RunError: ``inputs.json`` is missing or damaged.
        """
        encoder = kept_encoder(run)
        labels = read_inputs(run, lambda kept: tuple(kept["labels"]))
        bert = encoder.network(dropout=0.0, pooler=False, nn=make_toolkit(self.settings.toolkit))
        network = self._network(bert, labels)
        network.load_state_dict(trained_weights(run))
        sentences = [words_of(given) for given in texts]
        found = self._tags(network, encoder.subwords, sentences, labels)
        return [
            TextPrediction(given, (marked(words, tags),))
            for given, words, tags in zip(texts, sentences, found, strict=True)
        ]

    def _network(self, bert: BERT, labels: Sequence[str]) -> BERTTagger:
        return BERTTagger(bert, len(labels), self.settings.dropout, nn=make_toolkit(self.settings.toolkit))

    def _tags(
        self, network: nn.Module, subwords: Subwords, sentences: Sequence[list[str]], labels: Sequence[str]
    ) -> list[list[str]]:
        """The likeliest tag of every word; ``O`` behind the end of what the encoder reads."""
        pieces = subwords.encode_words(sentences, longest=self.settings.longest)
        tokens = pieces.tokens
        guessed = torch.zeros(len(tokens.values), dtype=torch.long)
        for rows, logits in outputs_of(network, tokens, pieces.types, subwords, device=self.settings.device):
            said = logits.argmax(dim=-1).cpu()  # (b, t)
            reach = torch.arange(said.shape[1])
            told = reach < tokens.lengths[rows].unsqueeze(1)
            guessed[(tokens.offsets[rows].unsqueeze(1) + reach)[told]] = said[told]
        first, row = first_pieces(pieces)
        counts = torch.bincount(row[first], minlength=len(sentences)).tolist()
        found: list[list[str]] = [[labels[int(i)] for i in part] for part in guessed[first].split(counts)]
        return [tags + ["O"] * (len(words) - len(tags)) for words, tags in zip(sentences, found, strict=True)]
