"""T5's pretraining as an experiment: how well corrupted spans are predicted, and what stands in gaps of new texts."""

from collections.abc import Iterable, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from deepdive.data.pretraining import SpanDataModule, span_counts
from deepdive.data.pretraining.spans import END, START
from deepdive.data.progress import Report
from deepdive.data.sequences import Ragged
from deepdive.data.subwords import Subwords
from deepdive.data.text import Texts
from deepdive.data.types import Batch
from deepdive.models.transformers import T5
from deepdive.recipes.experiments import make_classification_loss
from deepdive.recipes.language.pretraining.experiment import PretrainingExperiment, load_texts
from deepdive.recipes.language.pretraining.gaps import fill_gaps, read_gaps, spaced, with_gaps, write_missing
from deepdive.recipes.language.pretraining.t5_pretrain import T5PretrainSettings
from deepdive.recipes.predictions import TextPrediction
from deepdive.training import Run, choose_device
from deepdive.training.report import Section
from deepdive.training.sequences import Perplexity, TokenAccuracy, Translation


class T5PretrainExperiment(PretrainingExperiment[T5PretrainSettings, SpanDataModule]):
    """Fit a T5 to a text by span corruption, and fill gaps with it.

    ``perplexity`` is that of whole targets; ``masked_token_accuracy`` is the fraction of masked tokens that are the
    most likely ones after those before them, without sentinels and ``</s>``, which are easy.

    Raises:
        ValueError: a setting is out of its range.
    """

    takes = (
        "texts with gaps, <extra_id_0>, <extra_id_1>, ... in this order; files with one per line; a folder stands for "
        "all files below it"
    )

    def __init__(self, settings: T5PretrainSettings) -> None:
        super().__init__(settings)
        self.missing, self.spans = span_counts(settings.window, settings.noise_density, settings.mean_noise_span_length)

    def load_data(self, report: Report) -> SpanDataModule:
        """The text in windows; the tokens are learnt from it."""
        settings = self.settings
        return SpanDataModule(
            lambda: self._texts(report),
            self._learn_subwords,
            window=settings.window,
            noise_density=settings.noise_density,
            mean_noise_span_length=settings.mean_noise_span_length,
            batch_size=settings.batch_size,
            seed=settings.seed,
        )

    def metadata(self) -> Subwords:
        """Byte pairs, and a sentinel for each gap."""
        return self.data.subwords

    def fingerprint(self) -> Iterable[Tensor]:
        """The windows of every part."""
        return self.data.windows.values()

    def make_task(self, network: nn.Module) -> Translation:
        """Cross-entropy of the spans, perplexity, and accuracy of the masked tokens."""
        subwords = self.data.subwords
        easy = (*subwords.sentinels, subwords.id_of(END))
        return Translation(
            network,
            padding=subwords.id_of(START),
            loss=make_classification_loss(self.settings.toolkit, 0.0),
            metrics={"perplexity": Perplexity(), "masked_token_accuracy": TokenAccuracy(without=easy)},
            optimizer=self.optimizer,
            schedule=self.schedule,
        )

    def sections(self, run: Run) -> list[Section]:
        """Gaps filled in, corrupted spans and their predictions, the text, the network."""
        windows = self.data.windows
        most_frequent = windows["train"].flatten().bincount().argmax()
        baseline = (list(windows.values())[-1] == most_frequent).double().mean().item()
        facts: dict[str, object] = {f"{name} windows": len(part) for name, part in windows.items()}
        facts |= {"vocabulary": len(self.data.subwords), "noise spans of a window": self.spans}
        facts |= {"noise tokens of a window": self.missing, "accuracy of the most frequent token": f"{baseline:.1%}"}
        tokens = torch.zeros(1, 8, dtype=torch.long)
        return self.gap_sections("Gaps in texts", self._rows, facts, (tokens, torch.tensor([8]), tokens))

    def encode(self, texts: Sequence[str], metadata: Subwords) -> Ragged:
        """The token ids of texts with gaps, see `read_gaps`: at most as many as a window of training has."""
        return read_gaps(texts, metadata, self.settings.window - self.missing + self.spans)

    def predict(self, network: nn.Module, metadata: Subwords, texts: Sequence[str]) -> list[TextPrediction]:
        """Fill the gaps of texts, ``<extra_id_0>``, ``<extra_id_1>``, ...: as many as a window of training has at most.

        Distances know no end, but those beyond a window are not learnt: longer texts are refused.

        Raises:
            ValueError: a text has no gap, more of them or more tokens than a window, or gaps in another order; see
                `read_gaps`.
        """
        sources = self.encode(texts, metadata)
        predictions = []
        for text, ids in zip(texts, self._written(network, metadata, sources), strict=True):
            whole, spans = fill_gaps(text, ids, metadata)
            empty = [f"<extra_id_{i}>" for i, span in enumerate(spans) if not span]
            notes = (f"nothing was predicted for {', '.join(empty)}",) if empty else ()
            predictions.append(TextPrediction(text, (whole,), notes=notes))
        return predictions

    def _rows(self, batch: Batch, shown: Tensor) -> list[dict[str, object]]:
        """Texts, what is missing of them, and what is predicted."""
        source, _, target = batch
        sources, subwords = source[shown], self.data.subwords
        written = self._written(self.model, subwords, Ragged.from_lists(sources.tolist()))
        return [
            {
                "text": with_gaps(row, subwords),
                "target": with_gaps(missing, subwords),
                "predicted": with_gaps(torch.tensor(ids, dtype=torch.long), subwords),
            }
            for row, missing, ids in zip(sources, target[shown], written, strict=True)
        ]

    def _texts(self, report: Report) -> Texts:
        texts = load_texts(self.settings, report)
        return Texts(spaced(texts.train), *(part and spaced(part) for part in (texts.val, texts.test)))

    def _learn_subwords(self, lines: Sequence[str]) -> Subwords:
        learnt = Subwords.byte_pairs(lines, self.settings.vocab_size, special=(START, END))
        return learnt.with_sentinels(self.spans)

    def _written(self, network: nn.Module, subwords: Subwords, sources: Ragged) -> list[list[int]]:
        network = network.to(choose_device(self.settings.device)).eval()
        return write_missing(cast(T5, network), sources, subwords, self.missing + self.spans + 1)
