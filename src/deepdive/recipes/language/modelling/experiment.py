"""Any language model on any text, as an experiment: perplexity, samples, continuations of new texts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from deepdive.data import TextEncoder
from deepdive.data.progress import Report, progress_bars
from deepdive.files import write_atomically
from deepdive.names import tell
from deepdive.recipes.experiment import TextPrediction
from deepdive.recipes.inputs import read_inputs
from deepdive.recipes.language.asking import unread
from deepdive.recipes.language.modelling.beginning import Beginning
from deepdive.recipes.language.modelling.generation import Choice, continuations, read_prompt
from deepdive.recipes.language.modelling.looking import attention_sections
from deepdive.recipes.language.modelling.measures import tokens_per_second, word_perplexities
from deepdive.recipes.language.modelling.settings import LanguageModelSettings
from deepdive.recipes.language.modelling.texts import keep_text, prepared_text, read_encoder
from deepdive.recipes.networks import network_section
from deepdive.recipes.runner import trained_weights
from deepdive.recipes.training import classification_loss, optimizer_for, schedule_for, toolkit_named, trainer_for
from deepdive.toolkit import Toolkit
from deepdive.training import Run, choose_device, seed_everything
from deepdive.training.records import Listener
from deepdive.training.report import Section, code, join, pairs, text
from deepdive.training.sequences import LanguageModelling

_TEMPERATURES = (0.5, 0.8, 1.0)


MakeNetwork = Callable[[int, Toolkit, Mapping[str, Any]], nn.Module]
"""A network for so many different tokens, out of the parts of this toolkit; sizes may be given, see `Beginning`."""


class LanguageModelExperiment:
    """Fit a language model to a text, and let it continue others.

    Args:
        settings: what the user chose.
        network: makes the network, a `LanguageModel`.
        begin: finds what training begins with; by default weights are drawn, and the settings say the rest.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(
        self,
        settings: LanguageModelSettings,
        network: MakeNetwork,
        begin: Callable[[Report], Beginning] = lambda report: Beginning(),
    ) -> None:
        self.settings = settings
        self._make_network = network
        self._begin = begin
        self.trainer = trainer_for(settings)
        self._optimizer = optimizer_for(settings.optimizer, settings.toolkit)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Obtain and cut the text, and make the task."""
        settings = self.settings
        with progress_bars() as report:
            self._beginning = self._begin(report)
        self.data = prepared_text(settings, self._beginning.tokenizer)
        self.encoder = self.data.encoder
        self._unread = unread(lambda: read_prompt(self.encoder, settings.prompt))
        seed_everything(settings.seed)
        streams = settings.batch_size if self.data.partition == "sequential" else None
        self.model = self._network(self.encoder, self._beginning.sizes)
        self._beginning.fill(self.model)
        self.task = LanguageModelling(
            self.model,
            streams=streams,
            loss=classification_loss(settings.toolkit, 0.0),
            optimizer=self._optimizer,
            schedule=schedule_for(settings),
        )

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder, which then also knows the tokens.

        Raises:
            RunError: the text is not the one that the run began with.
        """
        sizes = dict(self._beginning.sizes)
        keep_text(run, self.data, self.settings.data, resume=resume, **({"sizes": sizes} if sizes else {}))
        metrics = self.trainer.fit(
            self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume
        )
        if (pace := self._pace(run)) is not None:
            tell(f"note: {pace:,.0f} tokens per second")
        return metrics | word_perplexities(metrics, self.data)

    def sections(self, run: Run) -> list[Section]:
        """Samples, where it looks, the text, the network."""
        facts = {f"{name} tokens": count for name, count in self.data.token_counts.items()}
        facts |= {f"{name} unknown": f"{share:.2%}" for name, share in self.data.unknown_shares.items()}
        facts |= {"different tokens": len(self.encoder), "windows": self.data.partition}
        if (pace := self._pace(run)) is not None:
            facts |= {"tokens per second": round(pace)}
        prompt, longest = self.settings.prompt, self.settings.num_steps
        example = torch.zeros(1, longest, dtype=torch.long)
        return [
            *self._samples(run),
            *([] if self._unread else attention_sections(self.model, self.encoder, prompt, longest)),
            Section("Text", pairs(facts)),
            network_section(self.model, example),
        ]

    def predict(
        self,
        run: Run,
        texts: Sequence[str],
        *,
        length: int = 100,
        temperature: float = 0.8,
        top_k: int | None = None,
        top_p: float | None = None,
        samples: int = 1,
        seed: int = 0,
    ) -> list[TextPrediction]:
        """Continue texts."""
        network, encoder = self.trained(run)
        return continuations(network, encoder, texts, Choice(length, temperature, top_k, top_p, samples, seed))

    def trained(self, run: Run) -> tuple[nn.Module, TextEncoder]:
        """The trained network, in evaluation mode, and its tokens.

        Raises:
            RunError: ``inputs.json`` is missing or damaged.
        """
        encoder = read_encoder(run)
        network = self._network(encoder, read_inputs(run, lambda kept: dict(kept.get("sizes", {}))))
        network.load_state_dict(trained_weights(run))
        return network.to(choose_device(self.settings.device)).eval(), encoder

    def _network(self, encoder: TextEncoder, sizes: Mapping[str, Any]) -> nn.Module:
        return self._make_network(len(encoder), toolkit_named(self.settings.toolkit), sizes)

    def _pace(self, run: Run) -> float | None:
        return tokens_per_second(run, self.data.batch_size * self.settings.accumulate * self.data.num_steps)

    def _samples(self, run: Run) -> list[Section]:
        if self._unread:
            return [Section("Samples", text(f"None: {self._unread}"))]
        network = self.model.eval()
        told = [
            (f"temperature {t}", continuations(network, self.encoder, [self.settings.prompt], Choice(300, t)))
            for t in _TEMPERATURES
        ]
        written = [f"--- {name}\n{prediction.answers[0]}\n" for name, [prediction] in told]
        write_atomically(run.folder / "samples.txt", "\n".join(written))
        parts = [part for name, [prediction] in told for part in (text(name), code(prediction.answers[0]))]
        return [Section("Samples", join(parts))]
