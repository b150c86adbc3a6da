"""A bag of words on labelled texts: which words speak for which class, and classes of new texts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from deepdive.data.progress import Report
from deepdive.data.registry import DATASETS
from deepdive.data.sentences import BagOfWordsDataModule, LabelledTexts, NgramVectorizer
from deepdive.data.sequences import BucketLoader, Ragged
from deepdive.models.language import BagOfWords
from deepdive.recipes.experiments import SupervisedExperiment, make_classification_loss
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.given.example import Example
from deepdive.recipes.language.classification.classify_text import ClassifyTextSettings
from deepdive.recipes.language.classification.sources import new_texts, read_labelled_texts
from deepdive.recipes.language.evaluating import text_evaluations
from deepdive.recipes.language.parts import SETS, evaluated_part
from deepdive.recipes.predictions import TextLabel
from deepdive.recipes.reports import Evaluation
from deepdive.training import Classification, Run, choose_device
from deepdive.training.report import Section, pairs, table

_SHOWN, _WORDS = 25, 12
_ROWS = 1024
_STEPS, _EPOCHS = 1000, (5, 20)
"""Steps that suit few texts as well as many, by the validation set of SST-2 and parts of it; fewest and most epochs."""


@dataclass(frozen=True)
class BagMetadata:
    """The n-grams and the classes of the training texts."""

    vectorizer: NgramVectorizer
    labels: tuple[str, ...]


class BagOfWordsExperiment(SupervisedExperiment[ClassifyTextSettings, BagOfWordsDataModule, BagMetadata]):
    """Fit softmax regression to the words of texts, and predict classes of new ones."""

    metadata_type = BagMetadata
    enough_updates = 0  # every word has weights of its own; how many epochs few texts need says `load`
    data_name = "the texts"
    takes = "texts; files with one per line, or tables (CSV, TSV); a folder stands for all files below it"

    def load(self, report: Report) -> None:
        """The texts, and where it is not given for how many epochs they are learnt from: fewer texts for more."""
        super().load(report)
        if self.settings.epochs is None:
            fewest, most = _EPOCHS
            epochs = min(most, max(fewest, -(-_STEPS // len(self.data.train_loader()))))
            self.settings = replace(self.settings, epochs=epochs)
            self.trainer = replace(self.trainer, epochs=epochs)

    def load_data(self, report: Report) -> BagOfWordsDataModule:
        """The texts of a data set, file or folder."""
        settings = self.settings
        splits = read_labelled_texts(settings, report)
        return BagOfWordsDataModule(
            lambda: splits,
            max_ngram=settings.max_ngram,
            min_frequency=settings.min_frequency,
            max_features=settings.max_features,
            labels=DATASETS[settings.data].labels if settings.data in DATASETS else (),
            batch_size=settings.batch_size,
            seed=settings.seed,
        )

    def metadata(self) -> BagMetadata:
        """N-grams and classes."""
        return BagMetadata(self.data.vectorizer, self.data.labels)

    def fingerprint(self) -> Iterable[Tensor | Ragged]:
        """The texts of every part as the network gets them."""
        return (field for part in self.data.parts for field in self.data.fields(part))

    def network(self, metadata: BagMetadata) -> BagOfWords:
        """A row of weights for every n-gram, and one for what fills up."""
        return BagOfWords(len(metadata.vectorizer) + 1, len(metadata.labels), nn=self.nn)

    def make_task(self, network: nn.Module) -> Classification:
        """Cross-entropy and accuracy."""
        loss = make_classification_loss(self.settings.toolkit, 0.0)
        return Classification(network, loss=loss, optimizer=self.optimizer, schedule=self.schedule)

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """That of the classes, on the test set, or the validation set without one."""
        splits = self.data.splits
        if (part := evaluated_part(splits)) == "train":
            return ()
        ids, weights, *_ = self.data.fields(part)
        logits = self._logits(self.model, ids, weights)  # pyright: ignore[reportArgumentType]
        outputs = {"label": logits}
        return text_evaluations(splits.train, getattr(splits, part), self.data.labels, outputs, part, heads=False)

    def sections(self, run: Run) -> list[Section]:
        """The words that count most, the data, the network."""
        facts: dict[str, object] = {name: len(getattr(self.data.splits, name)) for name in SETS}
        facts |= {"words and runs of words that count": len(self.data.vectorizer)}
        example = torch.ones(1, 6, dtype=torch.long), torch.ones(1, 6)
        return [
            Section("Words that count most", table(self._words())),
            Section("Texts", pairs(facts)),
            network_section(self.model.cpu(), example, device="cpu"),
        ]

    def example(self, run: Run) -> Example:
        """One of the texts that are shown."""
        splits = self.data.splits
        shown: LabelledTexts = getattr(splits, evaluated_part(splits))
        return Example.of_text(shown.texts[0])

    def texts_of(self, path: Path) -> list[str]:
        """The texts of a table, of a file with one per line, or of one that is one, as those learnt from."""
        return new_texts(path, self.settings)

    def predict(self, network: nn.Module, metadata: BagMetadata, texts: Sequence[str]) -> list[TextLabel]:
        """Classes with their probabilities; a note where no word of a text is known."""
        ids, weights = metadata.vectorizer.encode(texts)
        known, found = ids.lengths.tolist(), []
        for i, row in enumerate(self._logits(network, ids, weights).softmax(1)):
            p, order = row.sort(descending=True)
            answers = tuple(metadata.labels[j] for j in order.tolist())
            notes = () if known[i] else ("no word of it was in the training texts",)
            found.append(TextLabel(texts[i], answers, tuple(round(v, 6) for v in p.tolist()), notes=notes))
        return found

    def _logits(self, network: nn.Module, ids: Ragged, weights: Ragged) -> Tensor:
        """Those of each class (texts, classes), in the order of the texts."""
        device = choose_device(self.settings.device)
        network = network.to(device).eval()
        loader = BucketLoader((ids, weights), _ROWS, pads=(0, 0), order="given")
        with torch.inference_mode():
            parts = [network(*batch).float().cpu() for batch in loader.batches(device=device)]
        return torch.cat(parts)

    def _words(self) -> list[dict[str, object]]:
        """Of each class the n-grams whose weight is furthest above their mean over the classes."""
        weights = self.model.get_parameter("embedding.weight").detach().cpu()[1:]
        lead = weights - weights.mean(1, keepdim=True)
        ngrams = self.data.vectorizer.ngrams
        return [
            {"class": label, "words": ", ".join(ngrams[i] for i in lead[:, c].topk(min(_WORDS, len(lead))).indices)}
            for c, label in enumerate(self.data.labels[:_SHOWN])
        ]
