"""n-gram models of a text, as an experiment: orders and smoothings compared, the best one tested and kept."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from deepdive.algorithms.language import (
    AddAlpha,
    KneserNey,
    Laplace,
    NGramModel,
    Smoothing,
    frequency_figure,
    ngram_counts,
    zipf_fit,
)
from deepdive.data import TextEncoder
from deepdive.data.progress import Report
from deepdive.data.text import load_text
from deepdive.figures import to_svg
from deepdive.recipes.experiments import RecordsExperiment
from deepdive.recipes.experiments.inputs import measured, read_metadata, trained_weights
from deepdive.recipes.given.example import Example
from deepdive.recipes.language.asking import fault_of, prompt_notes
from deepdive.recipes.language.modelling.generation import read_prompt, unknown_ids
from deepdive.recipes.language.modelling.metadata import TextMetadata
from deepdive.recipes.language.modelling.texts import TOKENIZERS, beginning, text_facts
from deepdive.recipes.language.ngram.ngram_lm import NGramSettings
from deepdive.recipes.language.parts import part_notes
from deepdive.recipes.predictions import TextPrediction
from deepdive.recipes.ranges.types import Count, Few, Length, Seed, Temperature
from deepdive.recipes.reports import Evaluation, TokenEvaluation
from deepdive.training import Plan, Record, Run, RunError
from deepdive.training.report import Html, Section, code, figure, join, pairs, table, text

_ADD_ONE, _LAPLACE, _KNESER_NEY = "add-one", "laplace", "kneser-ney"
SMOOTHINGS = (_ADD_ONE, _LAPLACE, _KNESER_NEY)


class NGramExperiment(RecordsExperiment[NGramSettings]):
    """Count once per order, smooth in three ways, and choose by the perplexity of the validation set.

    ``test_perplexity`` is that of the chosen model on the test set; ``test_add_one_perplexity``,
    ``test_laplace_perplexity`` and ``test_kneser_ney_perplexity`` are those of each smoothing at its own best order.
    """

    data_name = "the tokens"
    takes = "texts to be continued; files with one per line; a folder stands for all files below it"

    def load(self, report: Report) -> None:
        """The text, cut.

        Raises:
            ValueError: the text is too short, or a named one lacks a part to choose by or to test on.
        """
        settings = self.settings
        self.data = load_text(
            settings.data,
            TOKENIZERS.get(settings.tokens),
            num_steps=1,
            min_frequency=settings.min_frequency,
            max_size=settings.vocab_size,
            validation=settings.validation,
            test=settings.test,
            report=report,
        )
        self.data.prepare()
        if not {"val", "test"} <= set(self.data.corpora):
            raise ValueError(f"{settings.data} has the parts {', '.join(self.data.corpora)}; it needs val and test too")

    def notes(self) -> Iterator[str]:
        """Which file is which part, whether the prompt can be read, and many unknown tokens."""
        yield from prompt_notes(self._prompt_fault())
        yield from part_notes(self.settings.data)
        for part, fraction in self.data.unknown_rates.items():
            if fraction > 0.01:
                yield f"{fraction:.1%} of the {part} tokens are unknown"

    def metadata(self) -> TextMetadata:
        """The tokens."""
        return TextMetadata(self.data.encoder)

    def fingerprint(self) -> Iterable[Tensor]:
        """The token ids of every part."""
        return self.data.corpora.values()

    def plan(self) -> Plan:
        """A step for each order."""
        return Plan(total_steps=self.settings.max_order, steps_per_epoch=1)

    def records(self, run: Run) -> Iterator[Record]:
        """Validation perplexities of each order, those that are measured already among them; then those of the test."""
        self.rows = []
        for order in range(1, self.settings.max_order + 1):
            row = measured(run, f"order-{order}", partial(self._compare, order), resume=True)
            self.rows.append(row)
            yield Record("epoch", order, order, {_metric("val", name): row[name]["val"] for name in SMOOTHINGS})
        self.best = {name: min(self.rows, key=lambda row, name=name: row[name]["val"]) for name in SMOOTHINGS}
        self.smoothing = min(SMOOTHINGS, key=lambda name: self.best[name][name]["val"])
        self.order = 1 + self.rows.index(self.best[self.smoothing])
        yield Record("test", len(self.rows), len(self.rows), self._tested())

    def metrics(self, run: Run) -> dict[str, float]:
        """Those of each smoothing, and of the chosen model, which is saved."""
        run.checkpoints.save("last", {"model": {"ids": self.data.corpora["train"]}})
        run.write_json("model.json", {"order": self.order, "smoothing": self.smoothing})
        chosen = self.best[self.smoothing][self.smoothing]
        perplexities = {f"{part}_perplexity": chosen[part] for part in ("val", "test")}
        return self._tested() | perplexities | {"chosen_order": float(self.order)}

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """The text, for the models of single tokens and of pairs beside this one."""
        return [TokenEvaluation(self.data.corpora, len(self.data.encoder), losses=False)]

    def sections(self, run: Run) -> list[Section]:
        """Perplexities by order and smoothing, samples, frequencies, the text."""
        rows = [
            {"order": order, "different n-grams": row["count"]}
            | {f"{name}, {part}": row[name][part] for name in SMOOTHINGS for part in ("val", "test")}
            for order, row in enumerate(self.rows, start=1)
        ]
        chosen = f"Chosen by the validation set: order {self.order} with {self.smoothing} smoothing."
        return [
            Section("Perplexity", join([table(rows), text(chosen)])),
            Section("Samples", self._samples()),
            self._frequencies(),
            Section("Text", pairs(text_facts(self.data))),
        ]

    def restore(self, run: Run) -> tuple[NGramModel, TextMetadata]:
        """The chosen model, and its tokens.

        Raises:
            RunError: a file of the run is missing or damaged.
        """
        metadata = read_metadata(run, TextMetadata)
        try:
            kept = run.read_json("model.json")
            size = len(metadata.encoder)
            smoothing = self._smoothing(kept["smoothing"], size)
            return NGramModel(trained_weights(run)["ids"], kept["order"], size, smoothing), metadata
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(f"{run.folder} is damaged: {error}") from error

    def example(self, run: Run) -> Example:
        """The prompt, or where it cannot be read the beginning of the text."""
        return Example.of_text(beginning(self.data) if self._prompt_fault() else self.settings.prompt)

    def predict(
        self,
        model: NGramModel,
        metadata: TextMetadata,
        texts: Sequence[str],
        *,
        length: Length = 100,
        temperature: Temperature = 1.0,
        top_k: Count | None = None,
        samples: Few = 1,
        seed: Seed = 0,
    ) -> list[TextPrediction]:
        """Continue texts.

        Args:
            model: the chosen model.
            metadata: its tokens.
            texts: to be continued.
            length: Number of tokens to add to each text.
            temperature: Softmax temperature: above 1 the samples are more varied, towards 0 always the most likely.
            top_k: Sample only from this many most likely tokens.
            samples: Number of continuations of each text.
            seed: Seed of the random draws.

        Raises:
            ValueError: a text holds no known token.
        """
        draw = partial(model.generate, count=length, temperature=temperature, top_k=top_k)
        return _continuations(draw, metadata.encoder, texts, samples=samples, seed=seed)

    def _compare(self, order: int) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for name in SMOOTHINGS:
            model = self._model(order, name)
            row[name] = {part: model.perplexity(self.data.corpora[part]) for part in ("val", "test")}
            row["count"] = model.sizes[-1]
        return row

    def _tested(self) -> dict[str, float]:
        return {_metric("test", name): self.best[name][name]["test"] for name in SMOOTHINGS}

    def _model(self, order: int, smoothing: str) -> NGramModel:
        size = len(self.data.encoder)
        return NGramModel(self.data.corpora["train"], order, size, self._smoothing(smoothing, size))

    def _smoothing(self, name: str, size: int) -> Smoothing:
        known = {_ADD_ONE: AddAlpha(size), _LAPLACE: Laplace(self.settings.epsilon), _KNESER_NEY: KneserNey()}
        return known[name]

    def _prompt_fault(self) -> str:
        return fault_of(lambda: read_prompt(self.data.encoder, self.settings.prompt))

    def _samples(self) -> Html:
        if fault := self._prompt_fault():
            return text(f"None: {fault}")
        samples, encoder, prompt = [], self.data.encoder, [self.settings.prompt]
        for n in sorted({1, min(2, self.order), min(3, self.order), self.order}):
            draw = partial(self._model(n, _KNESER_NEY).generate, count=200)
            [drawn] = _continuations(draw, encoder, prompt, seed=self.settings.seed)
            samples.append(f"--- order {n}\n{drawn.answers[0]}\n")
        return code("\n".join(samples))

    def _frequencies(self) -> Section:
        train = self.data.corpora["train"]
        names = ("unigrams", "bigrams", "trigrams")[: len(train)]
        counts = {name: ngram_counts(train, n).counts for n, name in enumerate(names, start=1)}
        fits = {name: zipf_fit(values) for name, values in counts.items() if len(values) > 1}
        drawn = frequency_figure(counts, fits)
        caption = "How often each sequence of tokens occurs, the most frequent first, and a power law fitted to it."
        return Section("Frequencies", figure(to_svg(drawn).decode(), caption=caption))


def _metric(part: str, smoothing: str) -> str:
    return f"{part}_{smoothing.replace('-', '_')}_perplexity"


def _continuations(
    draw: Callable[..., Iterator[int]], encoder: TextEncoder, texts: Sequence[str], *, samples: int = 1, seed: int
) -> list[TextPrediction]:
    """Each text with the tokens after it that ``draw`` gives for a prefix."""
    draw = partial(draw, banned=unknown_ids(encoder), generator=torch.Generator().manual_seed(seed))
    predictions = []
    for given in texts:
        ids, notes = read_prompt(encoder, given)
        prefix = ids.tolist()
        answers = tuple(encoder.decode(torch.tensor([*prefix, *draw(prefix)])) for _ in range(samples))
        predictions.append(TextPrediction(given, answers, notes=notes))
    return predictions
