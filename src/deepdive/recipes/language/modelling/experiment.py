"""Any language model on any text, as an experiment: perplexity, samples, continuations of new texts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

from deepdive.data.progress import Report
from deepdive.data.text import TextDataModule
from deepdive.files import write_atomically
from deepdive.names import tell
from deepdive.recipes.experiments import SupervisedExperiment, make_classification_loss
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.given.example import Example
from deepdive.recipes.language.asking import fault_of, prompt_notes
from deepdive.recipes.language.modelling.attention_maps import attention_sections
from deepdive.recipes.language.modelling.generation import continuations, next_tokens, read_prompt
from deepdive.recipes.language.modelling.measures import tokens_per_second, word_perplexities
from deepdive.recipes.language.modelling.metadata import TextMetadata
from deepdive.recipes.language.modelling.settings import LanguageModelSettings, RecurrentSettings
from deepdive.recipes.language.modelling.texts import beginning, text_facts, text_for, text_notes
from deepdive.recipes.predictions import TextPrediction
from deepdive.recipes.ranges.types import Count, Few, Length, PositiveFraction, Seed, Temperature
from deepdive.recipes.reports import Evaluation, TokenEvaluation
from deepdive.training import Run, choose_device
from deepdive.training.report import Section, code, join, pairs, table, text
from deepdive.training.sequences import LanguageModelling

SettingsT = TypeVar("SettingsT", bound=LanguageModelSettings)

_TEMPERATURES = (0.5, 0.8, 1.0)


class LanguageModelExperiment(SupervisedExperiment[SettingsT, TextDataModule, TextMetadata]):
    """Fit a language model to a text, and let it continue others.

    Args:
        settings: what the user chose; their ``network(metadata, nn)`` makes a `LanguageModel`.

    Raises:
        ValueError: a setting is out of its range.
    """

    metadata_type = TextMetadata
    data_name = "the tokens"
    takes = "texts to be continued; files with one per line; a folder stands for all files below it"

    def load_data(self, report: Report) -> TextDataModule:
        """The text in windows."""
        return text_for(self.settings, report)

    def notes(self) -> Iterable[str]:
        """Those of the text, and whether the prompt can be read."""
        return [*text_notes(self.settings, self.data), *prompt_notes(self._prompt_fault())]

    def metadata(self) -> TextMetadata:
        """The tokens."""
        return TextMetadata(self.data.encoder)

    def fingerprint(self) -> Iterable[Tensor]:
        """The token ids of every part."""
        return self.data.corpora.values()

    def make_task(self, network: nn.Module) -> LanguageModelling:
        """Cross-entropy of the next token, and perplexity."""
        return LanguageModelling(
            network,
            streams=self.settings.batch_size if self.data.partition == "sequential" else None,
            loss=make_classification_loss(self.settings.toolkit, 0.0),
            optimizer=self.optimizer,
            schedule=self.schedule,
        )

    def derived(self, metrics: Mapping[str, float]) -> dict[str, float]:
        """Perplexities per word."""
        return word_perplexities(metrics, self.data)

    def measure(self, run: Run, metrics: dict[str, float]) -> dict[str, float]:
        """Nothing more; the pace is printed."""
        if (pace := self._pace(run)) is not None:
            tell(f"note: {pace:,.0f} tokens per second")
        return {}

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """The text, for the models of single tokens and of pairs beside this one."""
        return [TokenEvaluation(self.data.corpora, len(self.data.encoder))]

    def sections(self, run: Run) -> list[Section]:
        """Samples, attention maps, the text, the network."""
        facts = text_facts(self.data) | {"windows": self.data.partition}
        if (pace := self._pace(run)) is not None:
            facts |= {"tokens per second": round(pace)}
        example = torch.zeros(1, self.settings.num_steps, dtype=torch.long)
        return [
            *self._asked(run),
            Section("Text", pairs(facts)),
            network_section(self.model, example),
        ]

    def example(self, run: Run) -> Example:
        """The prompt, or where it cannot be read the beginning of the text."""
        return Example.of_text(beginning(self.data) if self._prompt_fault() else self.settings.prompt)

    def predict(
        self,
        network: nn.Module,
        metadata: TextMetadata,
        texts: Sequence[str],
        *,
        length: Length = 100,
        temperature: Temperature = 0.8,
        top_k: Count | None = None,
        top_p: PositiveFraction | None = None,
        samples: Few = 1,
        seed: Seed = 0,
    ) -> list[TextPrediction]:
        """Continue texts.

        Args:
            network: the trained network.
            metadata: its tokens.
            texts: to be continued.
            length: Number of tokens to add to each text.
            temperature: Softmax temperature: above 1 the samples are more varied, towards 0 always the most likely.
            top_k: Sample only from this many most likely tokens.
            top_p: Nucleus sampling: only from the most likely tokens that together have this probability.
            samples: Number of continuations of each text.
            seed: Seed of the random draws.
        """
        network = network.to(choose_device(self.settings.device))
        options = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        return continuations(network, metadata.encoder, texts, length=length, samples=samples, seed=seed, **options)

    def _pace(self, run: Run) -> float | None:
        return tokens_per_second(run, self.data.batch_size * self.settings.accumulate * self.data.num_steps)

    def _prompt_fault(self) -> str:
        return fault_of(lambda: read_prompt(self.data.encoder, self.settings.prompt))

    def _asked(self, run: Run) -> list[Section]:
        network, encoder, prompt = self.model.eval(), self.data.encoder, self.settings.prompt
        if fault := self._prompt_fault():
            return [Section("Samples", text(f"None: {fault}"))]
        samples = {}
        for t in _TEMPERATURES:
            [prediction] = continuations(network, encoder, [prompt], length=300, temperature=t)
            samples[f"temperature {t}"] = prediction.answers[0]
        written = "\n".join(f"--- {name}\n{sample}\n" for name, sample in samples.items())
        write_atomically(run.folder / "samples.txt", written)
        parts = join([part for pair in samples.items() for part in (text(pair[0]), code(pair[1]))])
        return [Section("Samples", parts), *attention_sections(network, encoder, prompt, self.settings.num_steps)]


class NextWordExperiment(LanguageModelExperiment[RecurrentSettings]):
    """Fit a language model to a text, and suggest the next words of others."""

    def sections(self, run: Run) -> list[Section]:
        """Suggestions, and what any language model shows."""
        rows = []
        for prompt in (self.settings.prompt, "the president of the", "in new york"):
            try:
                [prediction] = next_tokens(self.model.eval(), self.data.encoder, [prompt], 5)
            except ValueError:  # a text of one's own need not know these words
                continue
            words = zip(prediction.answers, prediction.scores, strict=True)
            rows.append({"text": prompt, "next": ", ".join(f"{word} {p:.1%}" for word, p in words)})
        return [*([Section("Suggestions", table(rows))] if rows else []), *super().sections(run)]

    def predict(  # pyright: ignore[reportIncompatibleMethodOverride]  # it is asked about other things
        self, network: nn.Module, metadata: TextMetadata, texts: Sequence[str], *, suggestions: Few = 5
    ) -> list[TextPrediction]:
        """Suggest the most likely next words of texts.

        Args:
            network: the trained network.
            metadata: its tokens.
            texts: whose next word is wanted.
            suggestions: Number of words to suggest, the most likely first.
        """
        return next_tokens(network.to(choose_device(self.settings.device)), metadata.encoder, texts, suggestions)
