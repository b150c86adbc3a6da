"""Two networks that fill gaps, as an experiment: one sees both sides, the other what is before."""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor, nn

from deepdive.data import TextEncoder
from deepdive.data.types import Batch, DataModule
from deepdive.models.language import FillInModel
from deepdive.recipes.experiments.making import (
    make_classification_loss,
    make_optimizer,
    make_schedule,
    make_toolkit,
    make_trainer,
)
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.experiments.sequential_runs import TrainingRun, checkpoints_of, fit_sequentially
from deepdive.recipes.experiments.weights import trained_weights
from deepdive.recipes.language.filling.fill_in import FillInSettings
from deepdive.recipes.language.modelling.generation import unknown_numbers
from deepdive.recipes.language.modelling.texts import keep_text, prepared_text, read_encoder
from deepdive.recipes.predictions import TextPrediction
from deepdive.training import Run, Task, choose_device, seed_everything
from deepdive.training.records import Listener
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


class FillInExperiment:
    """Fit both networks to a text, compare them, and fill the gaps of others.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: FillInSettings) -> None:
        self.settings = settings
        self.trainer = make_trainer(settings)
        self._optimizer = make_optimizer(settings.optimizer, settings.toolkit)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Obtain and cut the text."""
        self.data = prepared_text(self.settings)
        self.encoder = self.data.encoder
        self._parts(bidirectional=True)  # what cannot be made is refused before there is a run

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train both in the run folder.

        Raises:
            RunError: the text is not the one that the run began with.
        """
        keep_text(run, self.data, self.settings.data, resume=resume)
        trainings = [TrainingRun(name, partial(self._parts, bidirectional=name == _BOTH)) for name in (_BEFORE, _BOTH)]
        results = fit_sequentially(trainings, self.trainer, run, listeners, resume=resume)
        self._results = {name: result.metrics for name, result in results.items()}
        before = {f"{name}_left_alone": value for name, value in results[_BEFORE].metrics.items() if "test" in name}
        return results[_BOTH].metrics | before

    def sections(self, run: Run) -> list[Section]:
        """Both networks compared, gaps filled, the network."""
        rows = [{"reads": name} | metrics for name, metrics in self._results.items()]
        network = self._trained(run, self.encoder)
        gaps = "t_e ti_e tra_eller sm_led ro_nd at us"
        try:
            [filled] = fill(network, self.encoder, [gaps])
            example = text(f"{gaps}  →  {filled.answers[0]}")
        except ValueError as error:  # a text of one's own need not know these letters
            example = text(f"no example: {error}")
        return [
            Section("Both sides, and the left alone", table(rows)),
            Section("Gaps", example),
            network_section(network.cpu(), torch.zeros(1, self.settings.num_steps, dtype=torch.long)),
        ]

    def predict(self, run: Run, texts: Sequence[str]) -> list[TextPrediction]:
        """Fill the gaps of texts, each written as ``_``.

        Raises:
            RunError: ``inputs.json`` is missing or damaged.
            ValueError: a text has no gap: what it is to go on with is not for a network of two directions to say.
        """
        encoder = read_encoder(run)
        return fill(self._trained(run, encoder), encoder, texts)

    def _parts(self, *, bidirectional: bool) -> tuple[Task, DataModule]:
        settings = self.settings
        seed_everything(settings.seed)
        task = FillIn(
            self._network(self.encoder, bidirectional=bidirectional),
            loss=make_classification_loss(settings.toolkit, 0.0),
            metrics={"accuracy": TokenAccuracy(), "perplexity": Perplexity()},
            optimizer=self._optimizer,
            schedule=make_schedule(settings),
        )
        return task, self.data

    def _network(self, encoder: TextEncoder, *, bidirectional: bool) -> nn.Module:
        settings = self.settings
        return FillInModel(
            len(encoder),
            settings.embedding,
            settings.hidden,
            settings.cell,
            settings.dropout,
            bidirectional,
            nn=make_toolkit(settings.toolkit),
        )

    def _trained(self, run: Run, encoder: TextEncoder) -> nn.Module:
        network = self._network(encoder, bidirectional=True)
        network.load_state_dict(trained_weights(run, checkpoints_of(run, _BOTH)))
        return network.to(choose_device(self.settings.device)).eval()


def fill(network: nn.Module, encoder: TextEncoder, texts: Sequence[str]) -> list[TextPrediction]:
    """The likeliest token in each gap, from left to right: what was filled in counts for the next.

    Raises:
        ValueError: a text has no gap.
    """
    place = next(network.parameters()).device
    vocabulary, banned = encoder.vocabulary, list(unknown_numbers(encoder))
    gap = torch.tensor([vocabulary.id_of(" ") if " " in vocabulary else 0])  # until it is filled
    found = []
    for given in texts:
        pieces = given.split(_GAP)
        if len(pieces) == 1:
            raise ValueError(
                f"the text {given!r} has no gap; write {_GAP!r} for each missing token. A network of two directions "
                "fills gaps but cannot go on with a text: it needs what is behind"
            )
        parts = [vocabulary.ids(encoder.tokenizer.split(piece)) for piece in pieces]
        ids = torch.cat([numbers for part in parts for numbers in (part, gap)][:-1]).to(place)
        gaps = torch.tensor([len(part) for part in parts[:-1]]).cumsum(0) + torch.arange(len(parts) - 1)
        with torch.inference_mode():
            for at in gaps.tolist():
                logits = network(ids.unsqueeze(0))[0, at]
                logits[banned] = -torch.inf
                ids[at] = logits.argmax()
        found.append(TextPrediction(given, (encoder.decode(ids.cpu()),)))
    return found
