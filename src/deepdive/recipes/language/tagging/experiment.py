"""A network that tags words, as an experiment: entity-level F1, examples, tags for new sentences."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from deepdive.data.progress import progress_bars
from deepdive.data.tagging import TaggingDataModule, WordEncoder
from deepdive.data.tagging.words import PAD
from deepdive.data.text import Vocabulary
from deepdive.models.language import Tagger
from deepdive.recipes.experiments.inputs import checksum, keep_inputs, read_inputs
from deepdive.recipes.experiments.making import (
    make_classification_loss,
    make_optimizer,
    make_schedule,
    make_toolkit,
    make_trainer,
)
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.experiments.weights import trained_weights
from deepdive.recipes.language.tagging.reporting import marked, tag_sections, words_of
from deepdive.recipes.language.tagging.sources import read_splits, sentences_of
from deepdive.recipes.language.tagging.tag_sequence import TagSequenceSettings
from deepdive.recipes.predictions import TextPrediction
from deepdive.training import Run, choose_device, seed_everything
from deepdive.training.records import Listener
from deepdive.training.report import Section, pairs
from deepdive.training.sequences import EntityF1, TokenAccuracy, TokenClassification


class TaggingExperiment:
    """Fit a tagger to sentences whose words have tags, and tag new ones.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: TagSequenceSettings) -> None:
        self.settings = settings
        self.trainer = make_trainer(settings)
        self._optimizer = make_optimizer(settings.optimizer, settings.toolkit)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Obtain and number the sentences, and make the task."""
        settings = self.settings
        with progress_bars() as report:
            splits = read_splits(settings.data, report)
        self.data = TaggingDataModule(
            lambda: splits, min_frequency=settings.min_frequency, batch_size=settings.batch_size, seed=settings.seed
        )
        self.data.prepare()
        seed_everything(settings.seed)
        self.task = TokenClassification(
            self._network(self.data.encoder, self.data.labels),
            loss=make_classification_loss(settings.toolkit, 0.0),
            metrics={"f1": EntityF1(self.data.labels), "accuracy": TokenAccuracy()},
            optimizer=self._optimizer,
            schedule=make_schedule(settings),
        )

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder, which then also knows words, letters and tags.

        Raises:
            RunError: the sentences are not those that the run began with.
        """
        encoder = self.data.encoder
        words, tags = self.data.numbers("train")
        inputs = {
            "words": encoder.words.to_json(),
            "characters": encoder.characters.to_json(),
            "max_characters": encoder.max_characters,
            "labels": list(self.data.labels),
            "sentences": checksum([words.values, words.offsets, tags.values]),
        }
        keep_inputs(run, inputs, what=f"the sentences of {self.settings.data} have", resume=resume)
        return self.trainer.fit(self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume)

    def sections(self, run: Run) -> list[Section]:
        """Scores by type, sentences held out with their tags, the sentences, the network."""
        splits, network = self.data.sentences, self.task.network
        held = splits.test or splits.val or splits.train
        found = self._tags(network, self.data.encoder, [words for words, _ in held], self.data.labels)
        facts = {name: len(getattr(splits, name)) for name in ("train", "val", "test")}
        facts |= {"words": len(self.data.encoder.words), "letters": len(self.data.encoder.characters)}
        words = torch.ones(1, 6, dtype=torch.long)
        inputs = words, torch.tensor([6]), words.unsqueeze(-1).expand(1, 6, self.data.encoder.max_characters)
        return [
            *tag_sections(found, held, self.data.labels),
            Section("Sentences", pairs(facts)),
            network_section(network.cpu(), inputs, device="cpu"),
        ]

    def texts_of(self, path: Path) -> list[str]:
        """The sentences of a file of words with their tags, as those learnt from, or one per line of another file."""
        return sentences_of(path)

    def predict(self, run: Run, texts: Sequence[str]) -> list[TextPrediction]:
        """Mark the entities in texts, ``[Ada Lovelace PER] lived in [London LOC] .``.

        Raises:
            RunError: ``inputs.json`` is missing or damaged.
        """
        encoder, labels = read_inputs(run, _encoder_and_labels)
        network = self._network(encoder, labels)
        network.load_state_dict(trained_weights(run))
        sentences: list[list[str]] = [words_of(given) for given in texts]
        found = self._tags(network, encoder, sentences, labels)
        return [
            TextPrediction(given, (marked(words, tags),))
            for given, words, tags in zip(texts, sentences, found, strict=True)
        ]

    def _network(self, encoder: WordEncoder, labels: Sequence[str]) -> nn.Module:
        settings = self.settings
        return Tagger(
            len(encoder.words),
            len(encoder.characters),
            len(labels),
            settings.embedding,
            settings.characters,
            settings.hidden,
            settings.layers,
            settings.cell,
            settings.dropout,
            encoder.words.id_of(PAD),
            nn=make_toolkit(settings.toolkit),
        )

    def _tags(
        self, network: nn.Module, encoder: WordEncoder, sentences: Sequence[list[str]], labels: Sequence[str]
    ) -> list[list[str]]:
        """The likeliest tag of every word."""
        place = choose_device(self.settings.device)
        network = network.to(place).eval()
        words, forms, spellings = encoder.encode(sentences)
        found: list[list[str]] = []
        with torch.inference_mode():
            for rows in torch.arange(len(sentences)).split(256):
                x, lengths = words.padded(rows, encoder.words.id_of(PAD))
                c = spellings[forms.padded(rows)[0]]
                tags: list[list[int]] = network(x.to(place), lengths.to(place), c.to(place)).argmax(dim=-1).tolist()
                named = ([labels[i] for i in row] for row in tags)
                found += [row[:n] for row, n in zip(named, lengths.tolist(), strict=True)]
        return found


def _encoder_and_labels(inputs: dict[str, Any]) -> tuple[WordEncoder, tuple[str, ...]]:
    vocabularies = (Vocabulary.from_json(inputs[name]) for name in ("words", "characters"))
    return WordEncoder(*vocabularies, max_characters=inputs["max_characters"]), tuple(inputs["labels"])
