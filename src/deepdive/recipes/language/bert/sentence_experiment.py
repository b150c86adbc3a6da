"""BERT fine-tuned on labelled texts or pairs, as an experiment: scores, mistakes, what it says of new texts."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from deepdive.data.registry import DATASETS
from deepdive.data.sentences import LabelledTexts, SentenceDataModule
from deepdive.data.sequences import Ragged
from deepdive.data.subwords import Subwords
from deepdive.models.transformers import BERT, BERTClassifier
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
from deepdive.recipes.language.bert.settings import SentenceSettings
from deepdive.recipes.language.bert.sources import BETWEEN, divided, read_sentences, texts_in_file
from deepdive.recipes.predictions import TextPrediction
from deepdive.training import (
    Accuracy,
    MeanSquaredError,
    MultiOutput,
    Output,
    Pearson,
    Run,
    choose_device,
)
from deepdive.training.records import Listener
from deepdive.training.report import Section, pairs, table

_SHOWN = 25


class SentenceExperiment:
    """Put a head on a published encoder and train both on texts or pairs with classes, scores, or both.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: SentenceSettings) -> None:
        self.settings = settings
        self.trainer = make_trainer(settings)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Obtain encoder and texts, number these, and make the task."""
        settings = self.settings
        splits, self.encoder, bert = obtained(
            settings, lambda report: read_sentences(settings, report), pooler=settings.pooling == "pooler"
        )
        if splits.train.seconds is not None:
            self.encoder.check_pairs()
        self.data = SentenceDataModule(
            lambda: splits,
            self.encoder.subwords,
            longest=settings.longest,
            labels=DATASETS[settings.data].labels if settings.data in DATASETS else (),
            batch_size=settings.batch_size,
            seed=settings.seed,
        )
        self.data.prepare()
        self.outputs = _outputs(splits.train, len(self.data.labels))
        self.network = self._network(bert, self.outputs)
        if splits.train.scores is not None:  # begin with the mean, not with 0
            with torch.no_grad():
                self.network.get_parameter("heads.score.bias").fill_(sum(splits.train.scores) / len(splits.train))
        if list(self.outputs) == ["label"] and len(splits.val):
            # The loss grows with the confidence in mistakes, while ever fewer are made.
            self.trainer = replace(self.trainer, monitor="val_label_accuracy")
        self.task = MultiOutput(self.network, self._judged(self.outputs), **supervised(settings, self.network, "heads"))

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder, which then also knows the encoder and the classes.

        Raises:
            RunError: the texts are not those that the run began with.
        """
        tokens, *_, last = self.data.fields("train")
        values = [tokens.values, tokens.offsets, last] if not isinstance(tokens, Tensor) else [last]
        inputs = self.encoder.kept() | {
            "outputs": self.outputs,
            "labels": list(self.data.labels),
            "pairs": self.data.splits.train.seconds is not None,
            "texts": checksum([value for value in values if isinstance(value, Tensor)]),
        }
        keep_inputs(run, inputs, what=f"the texts of {self.settings.data} have", resume=resume)
        metrics = self.trainer.fit(
            self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume
        )
        for part in ("val", "test"):
            names = f"{part}_label_accuracy", f"{part}_score_pearson"
            if all(name in metrics for name in names):
                metrics[f"{part}_lower_of_both"] = min(metrics[name] for name in names)
        return metrics

    def sections(self, run: Run) -> list[Section]:
        """Mistakes on texts held out, by class; the texts; the network."""
        splits, data = self.data.splits, self.data
        part = held_part(splits)
        held: LabelledTexts = getattr(splits, part)
        tokens, types, *_ = data.fields(part)
        said = self._said(self.network, tokens, types, data.subwords)  # pyright: ignore[reportArgumentType]
        loader = data.train_loader()
        facts: dict[str, object] = {name: len(getattr(splits, name)) for name in ("train", "val", "test")}
        facts |= {
            "pieces known": len(data.subwords),
            "longest text, in pieces": int(data.fields("train")[2].max()),  # pyright: ignore[reportAttributeAccessIssue]
            "padding in batches": f"{loader.padding_waste():.1%}",
        }
        return [
            *self._by_class(held, said),
            Section("Worst mistakes on texts held out", table(self._worst(held, said))),
            Section("Texts", pairs(facts)),
            piece_network_section(self.network),
        ]

    def texts_of(self, path: Path) -> list[str]:
        """The texts or pairs in a table with the columns learnt from, or one per line of another file."""
        return texts_in_file(path, self.settings)

    def predict(self, run: Run, texts: Sequence[str]) -> list[TextPrediction]:
        """Classes with their probabilities, and scores, of texts; those of a pair stand around ``|||`` or a tab.

        Raises:
            RunError: ``inputs.json`` is missing or damaged.
            ValueError: a text is no pair where the run is about pairs, or is one where it is not.
        """
        encoder = kept_encoder(run)
        outputs, labels, paired = read_inputs(run, lambda kept: (kept["outputs"], kept["labels"], kept["pairs"]))
        firsts, seconds = divided(texts) if paired else (_undivided(texts), None)
        bert = encoder.network(
            dropout=0.0, pooler=self.settings.pooling == "pooler", nn=make_toolkit(self.settings.toolkit)
        )
        network = self._network(bert, outputs)
        network.load_state_dict(trained_weights(run))
        pieces = encoder.subwords.encode(firsts, seconds, longest=self.settings.longest)
        said = self._said(network, pieces.tokens, pieces.types, encoder.subwords)
        return [
            _prediction(text, {name: value[i] for name, value in said.items()}, labels) for i, text in enumerate(texts)
        ]

    def _network(self, bert: BERT, outputs: dict[str, int]) -> BERTClassifier:
        settings = self.settings
        return BERTClassifier(bert, outputs, settings.dropout, settings.pooling, nn=make_toolkit(settings.toolkit))

    def _judged(self, outputs: dict[str, int]) -> dict[str, Output]:
        loss = make_classification_loss(self.settings.toolkit, 0.0)
        known: dict[str, Output] = {
            "label": Output("classification", loss=loss, metrics={"accuracy": Accuracy()}),
            "score": Output("regression", metrics={"rmse": MeanSquaredError(root=True), "pearson": Pearson()}),
        }
        return {name: known[name] for name in outputs}

    def _said(self, network: nn.Module, tokens: Ragged, types: Ragged, subwords: Subwords) -> dict[str, Tensor]:
        """What the network says of all texts, in their order."""
        found: dict[str, Tensor] = {}
        for rows, said in outputs_of(network, tokens, types, subwords, device=self.settings.device):
            for name, value in said.items():
                found.setdefault(name, torch.zeros(len(tokens), value.shape[1]))[rows] = value.float().cpu()
        return found

    def _by_class(self, held: LabelledTexts, said: dict[str, Tensor]) -> list[Section]:
        if held.labels is None:
            return []
        guesses = [self.data.labels[i] for i in said["label"].argmax(1).tolist()]
        counts = {(truth, guess): 0 for truth in self.data.labels for guess in self.data.labels}
        for both in zip(held.labels, guesses, strict=True):
            counts[both] += 1
        rows = [
            {"true class": truth, **{guess: counts[truth, guess] for guess in self.data.labels}}
            for truth in self.data.labels
        ]
        return [Section("True classes and those found, texts held out", table(rows))]

    def _worst(self, held: LabelledTexts, said: dict[str, Tensor]) -> list[dict[str, object]]:
        """The texts of which the network is most wrong, by its probability of the truth or by the score's error."""
        numbers: dict[str, int] = {label: i for i, label in enumerate(self.data.labels)}
        if held.labels is not None:
            truth = torch.tensor([numbers[label] for label in held.labels])
            wrong = -said["label"].softmax(1).gather(1, truth.unsqueeze(1)).squeeze(1)
        else:
            wrong = (said["score"].squeeze(1) - torch.tensor(held.scores)).abs()
        rows = []
        for i in wrong.topk(min(_SHOWN, len(held))).indices.tolist():
            row: dict[str, object] = {"text": held.texts[i]}
            if held.seconds is not None:
                row["second"] = held.seconds[i]
            if held.labels is not None:
                p, guess = said["label"][i].softmax(0).max(0)
                row |= {"found": f"{self.data.labels[int(guess)]} {p:.0%}", "true": held.labels[i]}
            if held.scores is not None:
                row |= {"score found": round(float(said["score"][i]), 2), "true score": held.scores[i]}
            rows.append(row)
        return rows


def _outputs(texts: LabelledTexts, classes: int) -> dict[str, int]:
    """The heads that these texts need."""
    found = {"label": classes} if texts.labels is not None else {}
    return found | ({"score": 1} if texts.scores is not None else {})


def _undivided(texts: Sequence[str]) -> list[str]:
    for text in texts:
        if BETWEEN in text:
            raise ValueError(f"{text[:60]!r} is a pair of texts; this run is about single ones")
    return list(texts)


def _prediction(text: str, said: dict[str, Tensor], labels: Sequence[str]) -> TextPrediction:
    notes = (f"score {float(said['score']):.2f}",) if "score" in said else ()
    if "label" not in said:
        return TextPrediction(text, (f"{float(said['score']):.4f}",))
    p, order = said["label"].softmax(0).sort(descending=True)
    told = tuple(round(value, 6) for value in p.tolist())
    return TextPrediction(text, tuple(labels[int(i)] for i in order), told, notes=notes)
