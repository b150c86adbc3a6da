"""BERT fine-tuned on labelled texts or pairs: classes, scores, the worst mistakes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from deepdive.data.progress import Report
from deepdive.data.registry import DATASETS
from deepdive.data.sentences import LabelledTexts, SentenceDataModule, SentenceSplits
from deepdive.data.sequences import Ragged
from deepdive.data.subwords import Subwords
from deepdive.models.transformers import BERT, BERTClassifier
from deepdive.recipes.experiments import make_classification_loss
from deepdive.recipes.given.example import Example
from deepdive.recipes.language.bert.fine_tuning import EncoderMetadata, FineTuning
from deepdive.recipes.language.bert.recipes import BertClassifySettings
from deepdive.recipes.language.bert.sources import BETWEEN, read_sentences, split_pairs, texts_in_file
from deepdive.recipes.language.evaluating import text_evaluations
from deepdive.recipes.predictions import TextLabel, TextPrediction, TextScore
from deepdive.recipes.reports import Evaluation
from deepdive.training import Accuracy, MeanSquaredError, MultiOutput, Output, Pearson, Run


@dataclass(frozen=True)
class TextMetadata(EncoderMetadata):
    """The encoder, and what is predicted of texts."""

    heads: dict[str, int]
    """Outputs of the heads ``label`` and ``score``, as far as there are such."""
    labels: tuple[str, ...]
    pairs: bool


class TextExperiment(FineTuning[BertClassifySettings, SentenceDataModule, TextMetadata]):
    """Fine-tune on texts or pairs with classes, scores, or both, and predict these of new ones."""

    metadata_type = TextMetadata
    data_name = "the texts"
    splits: SentenceSplits

    def __init__(self, settings: BertClassifySettings) -> None:
        super().__init__(settings)
        self.pooler = settings.pooling == "pooler"

    def read(self, report: Report) -> SentenceSplits:
        """The texts of a data set, file or folder."""
        return read_sentences(self.settings, report)

    def tokenize(self, subwords: Subwords) -> SentenceDataModule:
        """The texts as token ids."""
        settings = self.settings
        if self.splits.train.seconds is not None:
            self.check_pairs()
        return SentenceDataModule(
            lambda: self.splits,
            subwords,
            max_length=settings.max_length,
            labels=DATASETS[settings.data].labels if settings.data in DATASETS else (),
            batch_size=settings.batch_size,
            seed=settings.seed,
        )

    def metadata(self) -> TextMetadata:
        """The encoder, heads and classes."""
        train, labels = self.splits.train, self.data.labels
        heads = {"label": len(labels)} if train.labels is not None else {}
        heads |= {"score": 1} if train.scores is not None else {}
        return TextMetadata(**vars(self.encoder), heads=heads, labels=labels, pairs=train.seconds is not None)

    def add_head(self, bert: BERT, metadata: TextMetadata) -> BERTClassifier:
        """A head for classes, one for scores, or both."""
        return BERTClassifier(bert, metadata.heads, self.settings.dropout, self.settings.pooling, nn=self.nn)

    def build(self) -> None:
        """As all; scores begin with their mean, not with 0, and the best epoch is that of most right classes."""
        super().build()
        train = self.splits.train
        if train.scores is not None:
            with torch.no_grad():
                self.model.get_parameter("heads.score.bias").fill_(sum(train.scores) / len(train))
        elif len(self.splits.val):
            # The loss grows with the confidence in mistakes, while ever fewer are made.
            self.trainer = replace(self.trainer, monitor="val_label_accuracy")

    def make_task(self, network: nn.Module) -> MultiOutput:
        """Cross-entropy and accuracy of classes, squared error and correlation of scores."""
        loss = make_classification_loss(self.settings.toolkit, 0.0)
        known: dict[str, Output] = {
            "label": Output("classification", loss=loss, metrics={"accuracy": Accuracy()}),
            "score": Output("regression", metrics={"rmse": MeanSquaredError(root=True), "pearson": Pearson()}),
        }
        heads = {name: known[name] for name in self.metadata().heads}
        return MultiOutput(network, heads, **self.optimization(network))

    def derived(self, metrics: Mapping[str, float]) -> dict[str, float]:
        """The lower of accuracy and correlation, where there are both."""
        both = {part: (f"{part}_label_accuracy", f"{part}_score_pearson") for part in ("val", "test")}
        return {
            f"{part}_lower_of_both": min(metrics[name] for name in names)
            for part, names in both.items()
            if all(name in metrics for name in names)
        }

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """That of the classes, that of the scores, or both, on the test set, or the validation set without one."""
        if (part := self.evaluated) == "train":
            return ()
        tokens, types, *_ = self.data.fields(part)
        outputs = self._outputs(self.model, self.encoder.subwords, tokens, types)  # pyright: ignore[reportArgumentType]
        return text_evaluations(self.splits.train, getattr(self.splits, part), self.data.labels, outputs, part)

    @property
    def takes(self) -> str:
        """What it is asked about."""
        columns = ", ".join(filter(None, (self.settings.text_column, self.settings.second_column)))
        pairs = f"pairs of texts with {BETWEEN} in between" if self.settings.second_column else "texts"
        return (
            f"{pairs}; files with one per line, or tables (CSV, TSV) whose header has {columns} as in training, where "
            "classes and scores do not count; a folder stands for all files below it"
        )

    def example(self, run: Run) -> Example:
        """One of the texts that are shown."""
        shown: LabelledTexts = getattr(self.splits, self.evaluated)
        return Example.of_text(shown.texts[0], *([] if shown.seconds is None else [shown.seconds[0]]))

    def texts_of(self, path: Path) -> list[str]:
        """The texts or pairs in a table with the columns of the training set, or one per line of another file."""
        return texts_in_file(path, self.settings)

    def predict(self, network: nn.Module, metadata: TextMetadata, texts: Sequence[str]) -> list[TextPrediction]:
        """Classes with their probabilities, and scores; the texts of a pair stand around ``|||`` or a tab.

        Raises:
            ValueError: a text is no pair where the run is about pairs, or is one where it is not.
        """
        for text in () if metadata.pairs else texts:
            if BETWEEN in text:
                raise ValueError(f"{text[:60]!r} is a pair of texts; this run is about single ones")
        firsts, seconds = split_pairs(texts) if metadata.pairs else (list(texts), None)
        rows = metadata.subwords.encode(firsts, seconds, max_length=self.settings.max_length)
        outputs = self._outputs(network, metadata.subwords, rows.ids, rows.type_ids)
        return [
            _prediction(
                text,
                () if seconds is None else (firsts[i], seconds[i]),
                {name: value[i] for name, value in outputs.items()},
                metadata.labels,
            )
            for i, text in enumerate(texts)
        ]

    def _outputs(self, network: nn.Module, subwords: Subwords, tokens: Ragged, types: Ragged) -> dict[str, Tensor]:
        """The outputs of each head for all texts, in their order."""
        found: dict[str, Tensor] = {}
        for numbers, outputs in self.outputs(network, subwords, tokens, types):
            for name, value in outputs.items():
                found.setdefault(name, torch.zeros(len(tokens), value.shape[1]))[numbers] = value.float().cpu()
        return found


def _prediction(text: str, parts: tuple[str, ...], outputs: dict[str, Tensor], labels: Sequence[str]) -> TextPrediction:
    value = float(outputs["score"]) if "score" in outputs else None
    if "label" not in outputs:
        number = float(outputs["score"])
        return TextScore(text, (f"{number:.4f}",), parts=parts, value=number)
    notes = () if value is None else (f"score {value:.2f}",)
    p, order = outputs["label"].softmax(0).sort(descending=True)
    answers = tuple(labels[int(i)] for i in order.tolist())
    scores = tuple(round(share, 6) for share in p.tolist())
    return TextLabel(text, answers, scores, notes=notes, parts=parts, value=value)
