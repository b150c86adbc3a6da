"""Any network that translates, as an experiment: training, BLEU on sentences held out, translations of new ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from deepdive.algorithms.language import corpus_bleu
from deepdive.data import fetch
from deepdive.data.delimited import PACKED, read_delimited
from deepdive.data.progress import Report, progress_bars
from deepdive.data.registry import DATASETS
from deepdive.data.text import TextEncoder
from deepdive.data.translation import SentenceEncoder, TranslationDataModule, read_pairs
from deepdive.data.translation.reading import SUFFIXES as PAIR_SUFFIXES
from deepdive.data.translation.sentences import PAD
from deepdive.figures import to_png
from deepdive.files import write_atomically
from deepdive.names import tell
from deepdive.recipes.experiments.inputs import checksum, keep_inputs, lines_of, read_inputs
from deepdive.recipes.experiments.making import (
    make_classification_loss,
    make_optimizer,
    make_schedule,
    make_toolkit,
    make_trainer,
)
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.experiments.weights import trained_weights
from deepdive.recipes.language.translation.looking import attention_figures, write_figures
from deepdive.recipes.language.translation.searching import Search, best_tokens, search, translations
from deepdive.recipes.language.translation.settings import TranslationSettings
from deepdive.recipes.predictions import TextPrediction
from deepdive.toolkit import Toolkit
from deepdive.training import Run, choose_device, seed_everything
from deepdive.training.records import Listener
from deepdive.training.report import Section, join, pairs, picture, table
from deepdive.training.sequences import Translation

_SHOWN, _TOLD, _LOOKED_AT = 30, 5, 6
_NAMED = {"fra-eng": "fra-eng.zip"}
"""Data sets of sentence pairs, and the file that holds them."""


@dataclass(frozen=True)
class Sizes:
    """What a network must know of two languages."""

    source: int
    """Tokens of the language that is read."""
    target: int
    """Tokens of the language that is written."""
    padding: int
    """Number of the padding token of both."""


T = TypeVar("T")
MakeNetwork = Callable[[Sizes, Toolkit], nn.Module]
"""A network for languages of these sizes, out of the parts of this toolkit."""


class TranslationExperiment:
    """Fit a network to sentence pairs, measure BLEU, and translate new sentences.

    Args:
        settings: what the user chose.
        network: makes the network; it has ``encode``, ``step`` and ``select`` for the search.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: TranslationSettings, network: MakeNetwork) -> None:
        self.settings = settings
        self._make_network = network
        self.trainer = make_trainer(settings)
        self._optimizer = make_optimizer(settings.optimizer, settings.toolkit)
        self._loss = make_classification_loss(settings.toolkit, settings.label_smoothing)
        self._search = Search(settings.beams, settings.length_penalty)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Read, cut and split the pairs, and make the task."""
        settings = self.settings
        with progress_bars() as report:
            path = pairs_file(settings.data, report)
        self.data = TranslationDataModule(
            lambda: read_pairs(path),
            num_pairs=settings.pairs,
            max_tokens=settings.longest,
            test=settings.test,
            validation=settings.validation,
            min_frequency=settings.min_frequency,
            batch_size=settings.batch_size,
            seed=settings.seed,
            reverse_source=settings.reverse_source,
        )
        self.data.prepare()
        seed_everything(settings.seed)
        self.task = Translation(
            self._network(self.data.source, self.data.target),
            padding=self.data.target.vocabulary.id_of(PAD),
            sampling=settings.scheduled_sampling,
            ramp=settings.epochs - 1,
            loss=self._loss,
            optimizer=self._optimizer,
            schedule=make_schedule(settings),
        )

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder, and translate the sentences held out.

        Raises:
            RunError: the pairs are not those that the run began with.
        """
        data, split = self.data, self.data.split
        inputs = {
            "source": data.source.encoder.to_json(),
            "target": data.target.encoder.to_json(),
            "pairs": checksum([split.train, split.val, split.test, data.held_out.numbers.values]),
        }
        keep_inputs(run, inputs, what=f"the pairs of {self.settings.data} have", resume=resume)
        metrics = self.trainer.fit(self.task, data, checkpoints=run.checkpoints, listeners=listeners, resume=resume)
        self.task.eval()
        self._said = best_tokens(
            search(self.task.network, data.held_out.numbers, data.target, self._search), data.target
        )
        truths = [[data.target.split(text) for text in each] for each in data.held_out.references]
        bleu = corpus_bleu(self._said, truths).score
        for row in _spread(self._rows(), _TOLD):
            tell(f"  {row['sentence']}  ->  {row['translation']}  (e.g. {row['reference']})")
        return metrics | {"test_bleu": bleu}

    def sections(self, run: Run) -> list[Section]:
        """Translations of sentences held out, where the network looked, the pairs, the network."""
        rows = self._rows()
        lines = ["\t".join((row["sentence"], row["translation"], row["reference"])) for row in rows]
        write_atomically(run.folder / "translations.tsv", "\n".join(["sentence\ttranslation\treference", *lines, ""]))
        data = self.data
        facts = {
            "pairs to learn from": len(data.split.train),
            "pairs to validate on": len(data.split.val),
            "sentences to test on": len(data.held_out.sources),
            "references of these": sum(map(len, data.held_out.references)),
            "source tokens": len(data.source),
            "target tokens": len(data.target),
            "padding in batches": f"{data.train_loader().padding_waste():.1%}",
        }
        example = torch.zeros(1, 5, dtype=torch.long), torch.tensor([5]), torch.zeros(1, 5, dtype=torch.long)
        return [
            Section("Translations of sentences held out", table(_spread(rows, _SHOWN))),
            *self._looks(run),
            Section("Pairs", pairs(facts)),
            network_section(self.task.network.cpu(), example, device="cpu"),
        ]

    def texts_of(self, path: Path) -> list[str]:
        """The sentences of a file: the first of the columns if there are tabs in it, as where it learnt from."""
        if path.suffix.lower() not in PACKED:
            lines = lines_of(path)
            if not any("\t" in line for line in lines):
                return lines
        read = read_delimited(path, delimiter="tab", header=False, quotes=False, suffixes=PAIR_SUFFIXES)
        return [row[0] for row in read.rows if row[0].strip()]

    def predict(
        self,
        run: Run,
        texts: Sequence[str],
        *,
        beams: int | None = None,
        length_penalty: float | None = None,
        n_best: int = 1,
        picture: Path | None = None,
        force: bool = False,
    ) -> list[TextPrediction]:
        """Translate texts; with ``picture``, draw into this file, a PNG or an SVG, where the network looks meanwhile.

        Raises:
            FileExistsError: there is a file of that name, and no ``force`` to replace it, or what is no plain file.
            RunError: ``inputs.json`` is missing or damaged.
            ValueError: an option is out of its range, or a picture is asked of a network without attention.
        """
        settings = self.settings
        source, target = read_inputs(run, _encoders)
        reader, writer = SentenceEncoder(source, reverse=settings.reverse_source), SentenceEncoder(target)
        network = self._network(reader, writer)
        network.load_state_dict(trained_weights(run))
        beams = max(n_best, settings.beams) if beams is None else beams
        how = Search(beams, settings.length_penalty if length_penalty is None else length_penalty, n_best)
        network.to(choose_device(settings.device)).eval()
        numbers = reader.encode([" ".join(text.split()) for text in texts])
        found = search(network, numbers, writer, how)
        if picture is not None:
            drawn = attention_figures(network, reader, writer, numbers, best_tokens(found, writer))
            if not drawn:
                raise ValueError(f"picture is {picture}, but the network of {run.recipe} has no attention to draw")
            write_figures(picture, drawn, replace=force)
        return translations(found, reader, writer, texts, how)

    def _network(self, source: SentenceEncoder, target: SentenceEncoder) -> nn.Module:
        sizes = Sizes(len(source), len(target), target.vocabulary.id_of(PAD))
        return self._make_network(sizes, make_toolkit(self.settings.toolkit))

    def _looks(self, run: Run) -> list[Section]:
        """Where the network looked while it translated some of the sentences held out, also as files of the run."""
        data, held = self.data, self.data.held_out
        # neither the shortest nor the longest: there must be something to see, and it must fit
        fit = [i for i, said in enumerate(self._said) if 4 <= len(said) <= 12] or list(range(len(self._said)))
        rows = _spread(fit, _LOOKED_AT)
        said = [self._said[i] for i in rows]
        network = self.task.network
        drawn = attention_figures(network, data.source, data.target, held.numbers.rows(torch.tensor(rows)), said)
        if not drawn:
            return []
        write_figures(run.folder / "attention.png", drawn)
        caption = "Each row is a word that is written, each column a word that is read; bright is where it looked."
        return [Section("Attention", join(picture(caption, to_png(each)) for each in drawn))]

    def _rows(self) -> list[dict[str, str]]:
        """Each sentence held out, its translation, and one that is right."""
        held, decode = self.data.held_out, self.data.target.encoder.tokenizer.join
        return [
            {"sentence": sentence, "translation": decode(said), "reference": references[0]}
            for sentence, said, references in zip(held.sources, self._said, held.references, strict=True)
        ]


def pairs_file(data: str, report: Report | None = None) -> Path:
    """The file of a named set of sentence pairs, obtained first if need be, or a file of one's own.

    Raises:
        ValueError: the data set holds no sentence pairs.
        DataUnavailableError: no source has it.
    """
    if data in _NAMED:
        return fetch(data, report=report)[_NAMED[data]]
    if data in DATASETS:
        raise ValueError(f"data is {data!r}, which holds no sentence pairs; these do: {', '.join(_NAMED)}, or a file")
    return Path(data)


def _encoders(inputs: dict[str, str]) -> tuple[TextEncoder, TextEncoder]:
    source, target = (TextEncoder.from_json(inputs[name], f"the {name} encoder") for name in ("source", "target"))
    return source, target


def _spread(rows: list[T], count: int) -> list[T]:
    """Some rows, from the first to the last: in the order of the file, short sentences may come first."""
    return [rows[i] for i in torch.linspace(0, len(rows) - 1, min(count, len(rows))).long().tolist()]
