"""n-gram models of a text, as an experiment: orders and smoothings compared, the best one tested and kept."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch

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
from deepdive.data.progress import progress_bars
from deepdive.data.text import load_text
from deepdive.figures import to_svg
from deepdive.names import tell
from deepdive.recipes.experiment import TextPrediction
from deepdive.recipes.inputs import measured
from deepdive.recipes.language.asking import unread
from deepdive.recipes.language.modelling.generation import Choice, read_prompt, unknown_numbers
from deepdive.recipes.language.modelling.texts import TOKENIZERS, keep_text, read_encoder
from deepdive.recipes.language.ngram.ngram_lm import NGramSettings
from deepdive.recipes.language.parts import tell_parts
from deepdive.recipes.runner import trained_weights
from deepdive.training import Plan, Record, Run, RunError
from deepdive.training.records import Listener
from deepdive.training.report import Section, code, figure, join, pairs, table, text

_ADD_ONE, _LAPLACE, _KNESER_NEY = "add-one", "laplace", "kneser-ney"
SMOOTHINGS = (_ADD_ONE, _LAPLACE, _KNESER_NEY)


class NGramExperiment:
    """Count once per order, smooth in three ways, and choose by the perplexity of the validation part.

    ``test_perplexity`` is that of the chosen model on the test part; ``test_add_one_perplexity``,
    ``test_laplace_perplexity`` and ``test_kneser_ney_perplexity`` are those of each smoothing at its own best order.
    """

    def __init__(self, settings: NGramSettings) -> None:
        self.settings = settings

    def prepare(self) -> None:
        """Obtain and cut the text.

        Raises:
            ValueError: the text is too short, or a named one lacks a part to choose by or to test on.
        """
        settings = self.settings
        with progress_bars() as report:
            self.data = load_text(
                settings.data,
                TOKENIZERS.get(settings.tokens),
                num_steps=1,
                min_frequency=settings.min_frequency,
                max_size=settings.max_tokens,
                validation=settings.validation,
                test=settings.test,
                report=report,
            )
            self.data.prepare()
        tell_parts(settings.data)
        self.encoder = self.data.encoder
        self._unread = unread(lambda: read_prompt(self.encoder, settings.prompt))
        if not {"val", "test"} <= set(self.data.corpora):
            raise ValueError(f"{settings.data} has the parts {', '.join(self.data.corpora)}; it needs val and test too")
        for part, share in self.data.unknown_shares.items():
            if share > 0.01:
                tell(f"note: {share:.1%} of the {part} tokens are unknown")

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Fit every order and smoothing; after an interruption, those that are missing.

        Raises:
            RunError: the text is not the one that the run began with.
        """
        settings, corpora = self.settings, self.data.corpora
        keep_text(run, self.data, settings.data, resume=resume)
        orders = range(1, settings.max_order + 1)
        for listener in listeners:
            listener.start(Plan(total_steps=len(orders), steps_per_epoch=1))
        try:
            self.rows = []
            for order in orders:
                found = partial(self._compared, order)
                self.rows.append(measured(run, f"order-{order}", found, resume=resume))
                said = {_metric("val", name): self.rows[-1][name]["val"] for name in SMOOTHINGS}
                for listener in listeners:
                    listener.record(Record("epoch", order, order, said))
            best = {name: min(self.rows, key=lambda row, name=name: row[name]["val"]) for name in SMOOTHINGS}
            self.smoothing = min(SMOOTHINGS, key=lambda name: best[name][name]["val"])
            self.order = 1 + self.rows.index(best[self.smoothing])
            tested = {_metric("test", name): best[name][name]["test"] for name in SMOOTHINGS}
            for listener in listeners:
                listener.record(Record("test", len(orders), len(orders), tested))
        finally:
            for listener in listeners:
                listener.finish()
        run.checkpoints.save("last", {"model": {"ids": corpora["train"]}})
        run.write_json("model.json", {"order": self.order, "smoothing": self.smoothing})
        chosen = {f"{part}_perplexity": best[self.smoothing][self.smoothing][part] for part in ("val", "test")}
        return tested | chosen | {"chosen_order": float(self.order)}

    def sections(self, run: Run) -> list[Section]:
        """Perplexities by order and smoothing, samples, frequencies, the text."""
        rows = []
        for order, row in enumerate(self.rows, start=1):
            shown: dict[str, object] = {"order": order, "different n-grams": row["count"]}
            shown |= {f"{name}, {part}": row[name][part] for name in SMOOTHINGS for part in ("val", "test")}
            rows.append(shown)
        chosen = f"Chosen by the validation part: order {self.order} with {self.smoothing} smoothing."
        facts: dict[str, object] = {f"{name} tokens": count for name, count in self.data.token_counts.items()}
        facts |= {f"{name} unknown": f"{share:.2%}" for name, share in self.data.unknown_shares.items()}
        facts["different tokens"] = len(self.encoder)
        return [
            Section("Perplexity", join([table(rows), text(chosen)])),
            *self._samples(),
            self._frequencies(),
            Section("Text", pairs(facts)),
        ]

    def predict(
        self,
        run: Run,
        texts: Sequence[str],
        *,
        length: int = 100,
        temperature: float = 1.0,
        top_k: int | None = None,
        samples: int = 1,
        seed: int = 0,
    ) -> list[TextPrediction]:
        """Continue texts.

        Raises:
            RunError: a file of the run is missing or damaged.
            ValueError: a text holds no known token, or an option is out of its range.
        """
        encoder = read_encoder(run)
        try:
            kept = run.read_json("model.json")
            smoothing = self._smoothing(kept["smoothing"], len(encoder))
            model = NGramModel(trained_weights(run)["ids"], kept["order"], len(encoder), smoothing)
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(f"{run.folder} is damaged: {error}") from error
        return _continued(model, encoder, texts, Choice(length, temperature, top_k, None, samples, seed))

    def _compared(self, order: int) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for name in SMOOTHINGS:
            model = self._model(order, name)
            row[name] = {part: model.perplexity(self.data.corpora[part]) for part in ("val", "test")}
            row["count"] = model.sizes[-1]
        return row

    def _model(self, order: int, smoothing: str) -> NGramModel:
        size = len(self.encoder)
        return NGramModel(self.data.corpora["train"], order, size, self._smoothing(smoothing, size))

    def _smoothing(self, name: str, size: int) -> Smoothing:
        known = {_ADD_ONE: AddAlpha(size), _LAPLACE: Laplace(self.settings.epsilon), _KNESER_NEY: KneserNey()}
        return known[name]

    def _samples(self) -> list[Section]:
        settings = self.settings
        if self._unread:
            return [Section("Samples", text(f"None: {self._unread}"))]
        orders = sorted({1, min(2, self.order), min(3, self.order), self.order})
        told = [
            _continued(self._model(n, _KNESER_NEY), self.encoder, [settings.prompt], Choice(200, seed=settings.seed))
            for n in orders
        ]
        said = [f"--- order {n}\n{found.answers[0]}\n" for n, [found] in zip(orders, told, strict=True)]
        return [Section("Samples", code("\n".join(said)))]

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


def _continued(model: NGramModel, encoder: TextEncoder, texts: Sequence[str], how: Choice) -> list[TextPrediction]:
    """Each text with tokens drawn after it."""
    generator, found = torch.Generator().manual_seed(how.seed), []
    banned = unknown_numbers(encoder)
    for given in texts:
        ids, notes = read_prompt(encoder, given)
        told = []
        for _ in range(how.samples):
            drawn = model.generate(
                ids.tolist(),
                how.length,
                temperature=how.temperature,
                top_k=how.top_k,
                banned=banned,
                generator=generator,
            )
            told.append(encoder.decode(torch.cat([ids, torch.tensor(list(drawn))])))
        found.append(TextPrediction(given, tuple(told), notes=notes))
    return found
