"""T5's pretraining as an experiment: how well missing spans are predicted, and what stands in gaps of new texts."""

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
from deepdive.recipes.language.pretraining.experiment import PretrainingExperiment, load_texts
from deepdive.recipes.language.pretraining.gaps import fill_gaps, read_gaps, spaced, with_gaps, write_missing
from deepdive.recipes.language.pretraining.t5_pretrain import T5PretrainSettings
from deepdive.recipes.predictions import TextPrediction
from deepdive.training import choose_device
from deepdive.training.sequences import Perplexity, TokenAccuracy, Translation


class T5PretrainExperiment(PretrainingExperiment[T5PretrainSettings, SpanDataModule]):
    """Fit a T5 to a text by span corruption, and fill gaps with it.

    ``perplexity`` is that of whole targets; ``masked_token_accuracy`` is the fraction of missing tokens that are the
    most likely ones after those before them, without sentinels and ``</s>``, which are easy.

    Raises:
        ValueError: a setting is out of its range.
    """

    shown_title = "Gaps in texts"

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
            density=settings.noise_density,
            mean=settings.mean_noise_span_length,
            batch_size=settings.batch_size,
            seed=settings.seed,
        )

    @property
    def subwords(self) -> Subwords:
        """Byte pairs, and a sentinel for each gap."""
        return self.data.subwords

    def fingerprint(self) -> Iterable[Tensor]:
        """The windows of every part."""
        return self.data.windows.values()

    def make_task(self, network: nn.Module) -> Translation:
        """Cross-entropy of the spans, perplexity, and accuracy of the missing tokens."""
        easy = (*self.subwords.sentinels, self.subwords.id_of(END))
        return Translation(
            network,
            padding=self.subwords.id_of(START),
            loss=self.loss,
            metrics={"perplexity": Perplexity(), "masked_token_accuracy": TokenAccuracy(without=easy)},
            optimizer=self.optimizer,
            schedule=self.schedule,
        )

    def predict(self, network: nn.Module, metadata: Subwords, texts: Sequence[str]) -> list[TextPrediction]:
        """Fill the gaps of texts, ``<extra_id_0>``, ``<extra_id_1>``, ...: as many as a window of training has at most.

        Distances know no end, but those beyond a window are not learnt: longer texts are refused.

        Raises:
            ValueError: a text has no gap, more of them or more tokens than a window, or gaps in another order; see
                `read_gaps`.
        """
        sources = read_gaps(texts, metadata, self.settings.window - self.missing + self.spans)
        predictions = []
        for text, ids in zip(texts, self._written(network, metadata, sources), strict=True):
            whole, spans = fill_gaps(text, ids, metadata)
            empty = [f"<extra_id_{i}>" for i, span in enumerate(spans) if not span]
            notes = (f"nothing was predicted for {', '.join(empty)}",) if empty else ()
            predictions.append(TextPrediction(text, (whole,), notes=notes))
        return predictions

    def facts(self) -> dict[str, object]:
        """Windows of each part, the vocabulary, and what is missing."""
        windows = self.data.windows
        commonest = windows["train"].flatten().bincount().argmax()
        baseline = (windows["test" if "test" in windows else "train"] == commonest).double().mean().item()
        facts: dict[str, object] = {f"{name} windows": len(part) for name, part in windows.items()}
        return facts | {
            "vocabulary": len(self.subwords),
            "missing spans of a window": self.spans,
            "missing tokens of a window": self.missing,
            "accuracy of the most frequent token": f"{baseline:.1%}",
        }

    def rows(self, batch: Batch, shown: Tensor) -> list[dict[str, object]]:
        """Texts, what is missing of them, and what is predicted."""
        source, _, target = batch
        sources = source[shown]
        written = self._written(self.model, self.subwords, Ragged.from_lists(sources.tolist()))
        return [
            {
                "text": with_gaps(row, self.subwords),
                "missing": with_gaps(missing, self.subwords),
                "predicted": with_gaps(torch.tensor(ids, dtype=torch.long), self.subwords),
            }
            for row, missing, ids in zip(sources, target[shown], written, strict=True)
        ]

    def example(self) -> tuple[Tensor, ...]:
        """A text and a target of eight tokens."""
        tokens = torch.zeros(1, 8, dtype=torch.long)
        return tokens, torch.tensor([8]), tokens

    def _texts(self, report: Report) -> Texts:
        texts = load_texts(self.settings, report)
        return Texts(spaced(texts.train), *(part and spaced(part) for part in (texts.val, texts.test)))

    def _learn_subwords(self, lines: Sequence[str]) -> Subwords:
        learnt = Subwords.byte_pairs(lines, self.settings.vocab_size, special=(START, END))
        return learnt.with_sentinels(self.spans)

    def _written(self, network: nn.Module, subwords: Subwords, sources: Ragged) -> list[list[int]]:
        network = network.to(choose_device(self.settings.device)).eval()
        return write_missing(cast(T5, network), sources, subwords, self.missing + self.spans + 1)
