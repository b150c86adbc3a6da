"""Two networks that fill gaps, as an experiment: one sees both sides, the other what is before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn

from deepdive.data import TextEncoder
from deepdive.data.progress import Report
from deepdive.data.types import Batch, DataModule
from deepdive.recipes.experiments import SequentialExperiment, TrainingResult, TrainingRun, make_classification_loss
from deepdive.recipes.experiments.inputs import fill as fill_in_weights
from deepdive.recipes.experiments.inputs import read_metadata, trained_weights
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.experiments.sequential_runs import checkpoints_of
from deepdive.recipes.given.example import Example
from deepdive.recipes.language.filling.fill_in import FillInSettings
from deepdive.recipes.language.modelling.generation import unknown_ids
from deepdive.recipes.language.modelling.metadata import TextMetadata
from deepdive.recipes.language.modelling.texts import beginning, text_for, text_notes
from deepdive.recipes.predictions import TextPrediction
from deepdive.recipes.reports import Baseline, Evaluation, NamedEvaluation, TokenEvaluation, constant_accuracy
from deepdive.training import Run, Task, choose_device, seed_everything
from deepdive.training.report import Section, table, text
from deepdive.training.sequences import Perplexity, TokenAccuracy, TokenClassification

_BOTH, _BEFORE = "both-sides", "left-alone"
_GAP = "_"


class FillIn(TokenClassification):
    """Predict every token of a window from the others."""

    def logits(self, batch: Batch) -> Tensor:
        """Logits of the tokens themselves, whatever comes next."""
        return self.network(batch[0])

    def targets(self, batch: Batch) -> Tensor:
        """The tokens themselves."""
        return batch[0]


class FillInExperiment(SequentialExperiment[FillInSettings]):
    """Fit both networks to a text, compare them, and fill the gaps of others.

    Raises:
        ValueError: a setting is out of its range.
    """

    data_name = "the tokens"
    keeps_networks = True
    takes = f"texts with {_GAP} for each missing token; files with one per line; a folder stands for all files below it"

    def load(self, report: Report) -> None:
        """The text in windows."""
        self.data = text_for(self.settings, report)

    def notes(self) -> Iterable[str]:
        """Those of the text."""
        return text_notes(self.settings, self.data)

    def build(self) -> None:
        """One network: what cannot be made is refused before there is a run."""
        self._make(_BOTH)

    def metadata(self) -> TextMetadata:
        """The tokens."""
        return TextMetadata(self.data.encoder)

    def fingerprint(self) -> Iterable[Tensor]:
        """The token ids of every part."""
        return self.data.corpora.values()

    def training_runs(self, run: Run) -> Sequence[TrainingRun]:
        """That of the left alone first."""
        return [TrainingRun(name, partial(self._make, name)) for name in (_BEFORE, _BOTH)]

    def combine(self, run: Run, results: Mapping[str, TrainingResult], *, resume: bool) -> dict[str, float]:
        """The metrics of both sides, and the test metrics of the left alone."""
        before = {f"{name}_left_alone": value for name, value in results[_BEFORE].metrics.items() if "test" in name}
        return results[_BOTH].metrics | before

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """The metrics of both sides, beside those of a model of single tokens."""
        return [TokenEvaluation(self.data.corpora, len(self.data.encoder)), NamedEvaluation(self._baselines)]

    def _baselines(self) -> tuple[Baseline, ...]:
        corpora = self.data.corpora
        tested = {f"{part}_accuracy": corpora[part] for part in ("val", "test") if part in corpora}
        encoder = self.data.encoder
        constant = constant_accuracy(
            corpora["train"], tested, lambda token: encoder.decode(torch.tensor([token])), "tokens"
        )
        return (replace(constant, name="most frequent token"),)

    def sections(self, run: Run) -> list[Section]:
        """Both networks compared, gaps filled, the network."""
        rows = [{"reads": name} | result.metrics for name, result in self.results.items()]
        network, _ = self.restore(run)
        gaps = "t_e ti_e tra_eller sm_led ro_nd at us"
        try:
            [filled] = fill(network, self.data.encoder, [gaps])
            example = text(f"{gaps}  →  {filled.answers[0]}")
        except ValueError as error:  # a text of one's own need not know these letters
            example = text(f"no example: {error}")
        return [
            Section("Both sides, and the left alone", table(rows)),
            Section("Gaps", example),
            network_section(network.cpu(), torch.zeros(1, self.settings.num_steps, dtype=torch.long)),
        ]

    def restore(self, run: Run) -> tuple[nn.Module, TextMetadata]:
        """The trained network that sees both sides, and the tokens.

        Raises:
            RunError: a file of the run is missing or damaged.
        """
        metadata = read_metadata(run, TextMetadata)
        network = self.settings.network(metadata, self.nn, bidirectional=True)
        fill_in_weights(network, trained_weights(run, checkpoints_of(run, _BOTH)), run)
        return network.to(choose_device(self.settings.device)), metadata

    def example(self, run: Run) -> Example:
        """The beginning of the text with a gap."""
        tokens = self.data.encoder.tokenizer.split(beginning(self.data))
        middle = max(i for i, token in enumerate(tokens[: len(tokens) // 2 + 1]) if token.strip())
        return Example.of_text(self.data.encoder.tokenizer.join([*tokens[:middle], _GAP, *tokens[middle + 1 :]]))

    def predict(self, network: nn.Module, metadata: TextMetadata, texts: Sequence[str]) -> list[TextPrediction]:
        """Fill the gaps of texts, each written as ``_``.

        Raises:
            ValueError: a text has no gap: what it is to go on with is not for a network of two directions to say.
        """
        return fill(network, metadata.encoder, texts)

    def _make(self, name: str) -> tuple[Task, DataModule]:
        seed_everything(self.settings.seed)
        task = FillIn(
            self.settings.network(self.metadata(), self.nn, bidirectional=name == _BOTH),
            loss=make_classification_loss(self.settings.toolkit, 0.0),
            metrics={"accuracy": TokenAccuracy(), "perplexity": Perplexity()},
            optimizer=self.optimizer,
            schedule=self.schedule,
        )
        return task, self.data


def fill(network: nn.Module, encoder: TextEncoder, texts: Sequence[str]) -> list[TextPrediction]:
    """The most likely token in each gap, from left to right: what was filled in counts for the next.

    Raises:
        ValueError: a text has no gap.
    """
    device = next(network.parameters()).device
    vocabulary, banned = encoder.vocabulary, list(unknown_ids(encoder))
    gap = torch.tensor([vocabulary.id_of(" ") if " " in vocabulary else 0])  # until it is filled
    predictions = []
    for given in texts:
        around = given.split(_GAP)
        if len(around) == 1:
            raise ValueError(
                f"the text {given!r} has no gap; write {_GAP!r} for each missing token. A network of two directions "
                "fills gaps but cannot go on with a text: it needs what is behind"
            )
        parts = [vocabulary.ids(encoder.tokenizer.split(part)) for part in around]
        ids = torch.cat([numbers for part in parts for numbers in (part, gap)][:-1]).to(device)
        gaps = torch.tensor([len(part) for part in parts[:-1]]).cumsum(0) + torch.arange(len(parts) - 1)
        with torch.inference_mode():
            for at in gaps.tolist():
                logits = network(ids.unsqueeze(0))[0, at]
                logits[banned] = -torch.inf
                ids[at] = logits.argmax()
        predictions.append(TextPrediction(given, (encoder.decode(ids.cpu()),)))
    return predictions
