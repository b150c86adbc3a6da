"""Pretraining on a corrupted text, as an experiment: what is missing of it, and what is predicted."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from deepdive.algorithms.inspection.summary import Inputs
from deepdive.data.progress import Report
from deepdive.data.registry import DATASETS
from deepdive.data.sequences import Ragged
from deepdive.data.subwords import Subwords
from deepdive.data.text import CORPORA, Texts, read_corpus, read_texts
from deepdive.data.types import Batch, DataModule
from deepdive.names import tell
from deepdive.recipes.experiments import SupervisedExperiment
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.given.example import Example
from deepdive.recipes.language.asking import fault_of, prompt_notes
from deepdive.recipes.language.parts import part_notes
from deepdive.recipes.language.pretraining.settings import PretrainingSettings
from deepdive.recipes.predictions import TextPrediction
from deepdive.training import Run
from deepdive.training.report import Section, pairs, table

SettingsT = TypeVar("SettingsT", bound=PretrainingSettings)
DataT = TypeVar("DataT", bound=DataModule)

_FRACTION = 0.1
"""Of a text that comes as one, for each of validation and test set."""
_SHOWN = 20


class PretrainingExperiment(SupervisedExperiment[SettingsT, DataT, Subwords]):
    """Fit a network to a text with masked tokens or corrupted spans, and fill gaps with it.

    Raises:
        ValueError: a setting is out of its range.
    """

    metadata_type = Subwords
    data_name = "the texts"

    @abstractmethod
    def predict(self, network: nn.Module, metadata: Subwords, texts: Sequence[str]) -> list[TextPrediction]:
        """Fill the gaps of texts."""

    def example(self, run: Run) -> Example | None:
        """The prompt, if it can be read."""
        return None if self._prompt_fault() else Example.of_text(self.settings.prompt)

    @abstractmethod
    def encode(self, texts: Sequence[str], metadata: Subwords) -> Ragged:
        """The token ids of texts with gaps.

        Raises:
            ValueError: a text has no gap, or is longer than the network reads.
        """

    def notes(self) -> Iterable[str]:
        """Which file of a folder is which part, and whether the prompt can be read."""
        return [*part_notes(self.settings.data), *prompt_notes(self._prompt_fault())]

    def gap_sections(
        self,
        title: str,
        rows: Callable[[Batch, Tensor], Sequence[Mapping[str, object]]],
        facts: Mapping[str, object],
        example: Inputs,
    ) -> list[Section]:
        """Gaps filled in, in the prompt and in a batch that is not trained on if there is one; the text; the network.

        Args:
            title: of the gaps in the batch, before "of the test set".
            rows: what is missing, and what is predicted, in these rows of a batch.
            facts: sizes of the text.
            example: inputs of the network, for its summary.
        """
        data = self.data
        loaders = {"test": data.test_loader(), "validation": data.val_loader(), "training": data.train_loader()}
        part, loader = next((part, loader) for part, loader in loaders.items() if loader is not None)
        batch = next(iter(loader.batches()))
        shown = torch.linspace(0, len(batch[0]) - 1, min(_SHOWN, len(batch[0]))).long()
        return [
            *self._prompt(),
            Section(f"{title} of the {part} set", table(rows(batch, shown))),
            Section("Text", pairs(facts)),
            network_section(self.model.cpu(), example, device="cpu"),
        ]

    def _prompt(self) -> list[Section]:
        prompt = self.settings.prompt
        if self._prompt_fault():
            return []
        [prediction] = self.predict(self.model, self.metadata(), [prompt])
        tell(f"  {prompt}  ->  {prediction.answers[0]}")
        filled = [{"text": prompt, "filled in": answer} for answer in prediction.answers]
        return [Section("Gaps of a sentence", table(filled))]

    def _prompt_fault(self) -> str:
        return fault_of(lambda: self.encode([self.settings.prompt], self.metadata()))


def load_texts(settings: PretrainingSettings, report: Report | None = None) -> Texts:
    """The parts of the text that settings speak of; of a single text, validation and test set are its last paragraphs.

    Raises:
        ValueError: ``data`` is a data set that is no text.
        FileNotFoundError: there is neither a text nor a file of that name.
        DataUnavailableError: no source has the text.
    """
    data = settings.data
    if data in CORPORA:
        text = read_corpus(data, report=report)
    elif data in DATASETS:
        raise ValueError(f"data is {data!r}, which is no text; these are: {', '.join(CORPORA)}, or a file")
    elif not Path(data).exists():
        raise FileNotFoundError(f"data is {data!r}; there is no text, file or folder of that name")
    else:
        text = read_texts(Path(data))
    if isinstance(text, str):
        lines = text.split("\n")
        size = max(1, round(_FRACTION * len(lines)))
        parts = lines[: -2 * size], lines[-2 * size : -size], lines[-size:]
        text = Texts(*("\n".join(part) for part in parts))
    return replace(text, train=text.train[: settings.max_characters])
