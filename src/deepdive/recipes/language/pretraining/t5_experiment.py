"""T5's pretraining as an experiment: how well missing pieces are written, and what stands in the gaps of new texts."""

from collections.abc import Sequence

import torch

from deepdive.data.pretraining import SpanDataModule, span_counts
from deepdive.data.pretraining.spans import END, START
from deepdive.data.progress import Report, progress_bars
from deepdive.data.sequences import Ragged
from deepdive.data.subwords import Subwords
from deepdive.data.text import Texts
from deepdive.models.transformers import T5
from deepdive.names import tell
from deepdive.recipes.experiment import TextPrediction
from deepdive.recipes.inputs import checksum, keep_inputs, read_inputs
from deepdive.recipes.language.asking import unread
from deepdive.recipes.language.pretraining.gaps import fill_gaps, read_gaps, spaced, with_gaps, write_missing
from deepdive.recipes.language.pretraining.t5_pretrain import T5PretrainSettings
from deepdive.recipes.language.pretraining.texts import texts_for
from deepdive.recipes.networks import network_section
from deepdive.recipes.runner import trained_weights
from deepdive.recipes.training import classification_loss, optimizer_for, schedule_for, toolkit_named, trainer_for
from deepdive.training import Run, choose_device, seed_everything
from deepdive.training.records import Listener
from deepdive.training.report import Section, pairs, table
from deepdive.training.sequences import Perplexity, TokenAccuracy, Translation

_SHOWN = 20


class T5PretrainExperiment:
    """Fit a T5 to a text from which spans are missing, and fill gaps with it.

    ``perplexity`` is that of whole targets; ``missing_accuracy`` is the share of missing pieces that are the likeliest
    after those before them, without sentinels and ``</s>``, which are easy.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: T5PretrainSettings) -> None:
        self.settings = settings
        self.trainer = trainer_for(settings)
        self._optimizer = optimizer_for(settings.optimizer, settings.toolkit)
        self._loss = classification_loss(settings.toolkit, 0.0)
        self._missing, self._spans = span_counts(settings.window, settings.density, settings.mean_span)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Obtain the text, learn its pieces, cut it, and make the task."""
        settings = self.settings
        with progress_bars() as report:
            self.data = SpanDataModule(
                lambda: self._texts(report),
                self._subwords,
                window=settings.window,
                density=settings.density,
                mean=settings.mean_span,
                batch_size=settings.batch_size,
                seed=settings.seed,
            )
            self.data.prepare()
        subwords = self.data.subwords
        self._unread = unread(lambda: self._read([settings.prompt], subwords))
        seed_everything(settings.seed)
        self.network = self._network(len(subwords))
        easy = (*subwords.sentinels, subwords.id_of(END))
        self.task = Translation(
            self.network,
            padding=subwords.id_of(START),
            loss=self._loss,
            metrics={"perplexity": Perplexity(), "missing_accuracy": TokenAccuracy(without=easy)},
            optimizer=self._optimizer,
            schedule=schedule_for(settings),
        )

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder, which then also knows the pieces.

        Raises:
            RunError: the text is not the one that the run began with.
        """
        inputs = {"subwords": self.data.subwords.to_json(), "windows": checksum(self.data.windows.values())}
        keep_inputs(run, inputs, what=f"the text {self.settings.data} has", resume=resume)
        return self.trainer.fit(self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume)

    def sections(self, run: Run) -> list[Section]:
        """Gaps filled in, in a sentence and in texts held out; the text; the network."""
        data, windows = self.data, self.data.windows
        facts: dict[str, object] = {f"{name} windows": len(found) for name, found in windows.items()}
        facts |= {"pieces": len(data.subwords), "missing spans of a window": data.spans}
        facts |= {"missing pieces of a window": self._missing, "right if the commonest piece is said": self._baseline()}
        sections = []
        if not self._unread:
            [told] = self._filled(self.network, data.subwords, [self.settings.prompt])
            tell(f"  {self.settings.prompt}  ->  {told.answers[0]}")
            sections.append(Section("Gaps of a sentence", pairs({self.settings.prompt: told.answers[0]})))
        tokens = torch.zeros(1, 8, dtype=torch.long)
        return [
            *sections,
            Section("Gaps of texts held out", table(self._rows())),
            Section("Text", pairs(facts)),
            network_section(self.network.cpu(), (tokens, torch.tensor([8]), tokens), device="cpu"),
        ]

    def predict(self, run: Run, texts: Sequence[str]) -> list[TextPrediction]:
        """Fill the gaps of texts, ``<extra_id_0>``, ``<extra_id_1>``, ...: as many as a window of training has at most.

        Distances know no end, but those beyond a window are not learnt: longer texts are refused.

        Raises:
            RunError: ``inputs.json`` is missing or damaged.
            ValueError: a text has no gap, more of them or more pieces than a window, or gaps in another order; see
                `read_gaps`.
        """
        subwords = read_inputs(run, lambda kept: Subwords.from_json(kept["subwords"]))
        network = self._network(len(subwords))
        network.load_state_dict(trained_weights(run))
        return self._filled(network, subwords, texts)

    def _texts(self, report: Report) -> Texts:
        texts = texts_for(self.settings, report)
        return Texts(spaced(texts.train), *(part and spaced(part) for part in (texts.val, texts.test)))

    def _subwords(self, lines: Sequence[str]) -> Subwords:
        return Subwords.byte_pairs(lines, self.settings.pieces, special=(START, END)).with_sentinels(self._spans)

    def _network(self, pieces: int) -> T5:
        settings = self.settings
        return T5(
            pieces,
            settings.width,
            settings.heads,
            settings.layers,
            settings.hidden,
            settings.head_width,
            dropout=settings.dropout,
            activation="gated-gelu" if settings.gated else "relu",
            tied=settings.tied,
            nn=toolkit_named(settings.toolkit),
        )

    def _written(self, network: T5, subwords: Subwords, sources: Ragged) -> list[list[int]]:
        network = network.to(choose_device(self.settings.device)).eval()
        return write_missing(network, sources, subwords, self._missing + self._spans + 1)

    def _read(self, texts: Sequence[str], subwords: Subwords) -> Ragged:
        return read_gaps(texts, subwords, self.settings.window - self._missing + self._spans)

    def _filled(self, network: T5, subwords: Subwords, texts: Sequence[str]) -> list[TextPrediction]:
        sources = self._read(texts, subwords)
        found = []
        for text, said in zip(texts, self._written(network, subwords, sources), strict=True):
            whole, spans = fill_gaps(text, said, subwords)
            empty = [f"<extra_id_{i}>" for i, span in enumerate(spans) if not span]
            notes = (f"nothing was said for {', '.join(empty)}",) if empty else ()
            found.append(TextPrediction(text, (whole,), notes=notes))
        return found

    def _baseline(self) -> str:
        """Accuracy of saying the piece that is most frequent in training, whatever is missing."""
        windows = self.data.windows
        return f"{(windows['test'] == windows['train'].flatten().bincount().argmax()).double().mean().item():.1%}"

    def _rows(self) -> list[dict[str, object]]:
        """Some texts held out: what is missing, and what is said."""
        loader, subwords = self.data.test_loader() or self.data.train_loader(), self.data.subwords
        source, _, target = next(iter(loader.batches()))
        chosen = torch.linspace(0, len(source) - 1, min(_SHOWN, len(source))).long()
        rows = source[chosen]
        said = self._written(self.network, subwords, Ragged.from_lists(rows.tolist()))
        return [
            {
                "text": with_gaps(row, subwords),
                "missing": with_gaps(missing, subwords),
                "said": with_gaps(torch.tensor(tokens, dtype=torch.long), subwords),
            }
            for row, missing, tokens in zip(rows, target[chosen], said, strict=True)
        ]
