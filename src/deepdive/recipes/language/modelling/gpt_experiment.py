"""A language model that attends: what it costs per word and per second, and where its heads look."""

import math
import time
from collections.abc import Sequence

from deepdive.algorithms.attention import AttentionMap, attention_figure
from deepdive.figures import to_png
from deepdive.files import write_atomically
from deepdive.models.transformers.core import attention_maps
from deepdive.recipes.experiment import TextPrediction
from deepdive.recipes.language.modelling.experiment import LanguageModelExperiment, MakeNetwork
from deepdive.recipes.language.modelling.gpt_pretrain import GPTPretrainSettings
from deepdive.training import Run
from deepdive.training.records import Listener
from deepdive.training.report import Section, picture

_SHOWN = 24
"""Tokens of the text whose attention is drawn."""


class GPTExperiment:
    """Fit a GPT to a text, and let it continue others.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: GPTPretrainSettings, network: MakeNetwork) -> None:
        if settings.partition == "sequential":
            raise ValueError("partition is sequential, but a GPT carries no state from batch to batch; take random")
        if settings.num_steps > settings.context:
            raise ValueError(f"num_steps is {settings.num_steps}, but context is {settings.context}")
        self.settings = settings
        self._modelling = LanguageModelExperiment(settings, network)

    def prepare(self) -> None:
        """Obtain and cut the text, and make the task."""
        self._modelling.prepare()

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder; ``..._word_perplexity`` is for comparing tokens of any kind.

        ``word perplexity = exp(loss tokens / words)``, where words stand between white space and each line end is one,
        too. ``tokens_per_second`` is of the whole training, validation included; a resumed run has none.
        """
        data = self._modelling.data
        began = time.perf_counter()
        metrics = self._modelling.fit(run, listeners, resume=resume)
        took = time.perf_counter() - began
        for part in ("val", "test"):
            if f"{part}_perplexity" in metrics and part in data.corpora:
                nats = math.log(metrics[f"{part}_perplexity"])
                metrics[f"{part}_word_perplexity"] = math.exp(min(700.0, nats * self._tokens_per_word(part)))
        if not resume:
            seen = self._modelling.trainer.epochs * len(data.train_loader()) * data.batch_size * data.num_steps
            if self.settings.steps is None:
                metrics["tokens_per_second"] = seen / took
        return metrics

    def sections(self, run: Run) -> list[Section]:
        """What any language model shows, and the attention of every head to the beginning of a text."""
        return [*self._modelling.sections(run), self._heads(run)]

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
        return self._modelling.predict(
            run, texts, length=length, temperature=temperature, top_k=top_k, top_p=top_p, samples=samples, seed=seed
        )

    def _tokens_per_word(self, part: str) -> float:
        corpus = self._modelling.data.corpora[part]
        text = self._modelling.encoder.decode(corpus)
        return len(corpus) / (len(text.split()) + text.count("\n"))

    def _heads(self, run: Run) -> Section:
        data, encoder = self._modelling.data, self._modelling.encoder
        tokens = (data.corpora.get("val", data.corpora["train"]))[:_SHOWN]
        network = self._modelling.model.cpu().eval()
        maps = attention_maps(network, lambda: network(tokens.unsqueeze(0)))
        names = [token.replace(" ", "␣").replace("\n", "↵") for token in encoder.vocabulary.tokens(tokens)]
        panels = [
            AttentionMap(weights, names, names, f"layer {i}, head {j}")
            for i, found in enumerate(maps.values(), 1)
            for j, weights in enumerate(found[0], 1)
        ]
        drawn = to_png(attention_figure(panels, self.settings.heads))
        write_atomically(run.folder / "attention.png", drawn)
        return Section("Where each head looks", picture("Tokens at the left look at those below.", drawn))
