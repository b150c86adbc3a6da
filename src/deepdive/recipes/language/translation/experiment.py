"""Any network that translates: training, BLEU on the test set, translations of new sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn

from deepdive.algorithms.decoding import beam_search
from deepdive.algorithms.language import corpus_bleu
from deepdive.data import fetch
from deepdive.data.delimited import PACKED, read_delimited
from deepdive.data.progress import Report
from deepdive.data.sequences import Ragged
from deepdive.data.translation import Languages, TranslationDataModule, read_pairs
from deepdive.data.translation.reading import SUFFIXES
from deepdive.data.translation.sentences import BOS, EOS, PAD
from deepdive.figures import to_png
from deepdive.files import write_atomically
from deepdive.names import tell
from deepdive.recipes.experiments import SupervisedExperiment, make_classification_loss
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.given.example import Example
from deepdive.recipes.given.texts import lines_of
from deepdive.recipes.language.parts import own_data
from deepdive.recipes.language.translation.attention_maps import attention_figures, write_figures
from deepdive.recipes.language.translation.recipes import TranslationSettings
from deepdive.recipes.predictions import TextPrediction
from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import Few, Magnitude
from deepdive.recipes.reports import Baseline, Evaluation, NamedEvaluation
from deepdive.training import Run, choose_device
from deepdive.training.report import Section, join, pairs, png_image, table
from deepdive.training.sequences import Translation

_SHOWN, _TOLD, _DRAWN, _ROWS = 30, 5, 6, 250
_UNKNOWN = 0
_NAMED = {"fra-eng": "fra-eng.zip"}
"""Data sets of sentence pairs, and the file that holds them."""
T = TypeVar("T")


@dataclass(frozen=True)
class Search:
    """How translations are searched for."""

    num_beams: int
    length_penalty: float
    n_best: int = 1

    @torch.inference_mode()
    def __call__(
        self, network: nn.Module, languages: Languages, sources: Ragged
    ) -> list[list[tuple[list[str], float]]]:
        """The ``n_best`` translations of each sentence with their scores; as long as twice the sentence and 10 more."""
        device, target = next(network.parameters()).device, languages.target
        ids, translator = target.vocabulary.id_of, cast(Any, network)
        found = []
        for rows in torch.arange(len(sources)).split(_ROWS):
            tokens, lengths = (part.to(device) for part in sources.padded(rows, target.padding))
            best = beam_search(
                translator,
                translator.encode(tokens, lengths),
                torch.full((len(rows),), ids(BOS), device=device),
                end=ids(EOS),
                max_steps=2 * lengths + 10,
                beams=self.num_beams,
                n_best=self.n_best,
                alpha=self.length_penalty,
                banned=(_UNKNOWN, ids(PAD), ids(BOS)),
                pad=ids(PAD),
            )
            for some, scores in zip(best.tokens.tolist(), best.scores.tolist(), strict=True):
                found.append([(target.tokens(each), score) for each, score in zip(some, scores, strict=True)])
        return found


class TranslationExperiment(SupervisedExperiment[TranslationSettings, TranslationDataModule, Languages]):
    """Fit a network to sentence pairs, measure BLEU, and translate new sentences.

    The network has ``encode``, ``step`` and ``select`` for the search.
    """

    metadata_type = Languages
    takes = (
        "sentences; files with one per line, or with pairs as in training, whose first column counts; a folder stands "
        "for all files below it"
    )
    data_name = "the pairs"

    def __init__(self, settings: TranslationSettings) -> None:
        super().__init__(settings)
        self.loss = make_classification_loss(settings.toolkit, settings.label_smoothing)
        self.search = Search(settings.num_beams, settings.length_penalty)

    def load_data(self, report: Report) -> TranslationDataModule:
        """The pairs of a data set or file, cut into words and split."""
        settings = self.settings
        path = own_data(settings.data, _NAMED, "a file of sentence pairs")
        path = path or fetch(settings.data, report=report)[_NAMED[settings.data]]
        data = TranslationDataModule(
            lambda: read_pairs(path),
            num_pairs=settings.num_pairs,
            max_tokens=settings.max_length,
            test=settings.test,
            validation=settings.validation,
            min_frequency=settings.min_frequency,
            batch_size=settings.batch_size,
            seed=settings.seed,
            reverse_source=settings.reverse_source,
        )
        if self.left_open:
            for name in ("test", "validation"):
                self.suit_size(name, data.num_sentences, "different sentences")
            data.test, data.validation = self.settings.test, self.settings.validation
        return data

    def metadata(self) -> Languages:
        """Both languages."""
        return Languages(self.data.source, self.data.target)

    def fingerprint(self) -> Iterable[Tensor | Ragged]:
        """The rows of each part, and the sentences of the test set."""
        split = self.data.split
        return split.train, split.val, split.test, self.data.held_out.ids

    def make_task(self, network: nn.Module) -> Translation:
        """Cross-entropy and perplexity of the target tokens."""
        return Translation(
            network,
            padding=self.data.target.padding,
            sampling=self.settings.scheduled_sampling,
            ramp=self.settings.epochs - 1,
            loss=self.loss,
            optimizer=self.optimizer,
            schedule=self.schedule,
        )

    def measure(self, run: Run, metrics: dict[str, float]) -> dict[str, float]:
        """The BLEU score of the test sentences."""
        held = self.data.held_out
        found = self.search(self.model.eval(), self.metadata(), held.ids)
        self._translations = [best[0][0] for best in found]
        for row in _spread(self._rows(), _TOLD):
            tell(f"  {row['sentence']}  ->  {row['translation']}  (e.g. {row['reference']})")
        return {"test_bleu": self._bleu(self._translations)}

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """The BLEU score, beside those of the sources themselves and of one sentence for all."""
        return [NamedEvaluation(self._baselines)]

    def _baselines(self) -> tuple[Baseline, ...]:
        split, sources, frequent = self.data.target.split, self.data.held_out.sources, self.data.frequent_target()
        found = {
            "copy of the source": ([split(text) for text in sources], "each sentence as it is, not translated"),
            "most frequent target": ([split(frequent)] * len(sources), f"always {frequent!r}"),
        }
        return tuple(Baseline(name, {"test_bleu": self._bleu(said)}, how) for name, (said, how) in found.items())

    def _bleu(self, translations: Sequence[list[str]]) -> float:
        """Of one translation of each test sentence."""
        references = [[self.data.target.split(text) for text in each] for each in self.data.held_out.references]
        return corpus_bleu(translations, references).score

    def sections(self, run: Run) -> list[Section]:
        """Translations of test sentences, attention maps, the sizes of the data, the network."""
        data, rows = self.data, self._rows()
        lines = ["\t".join((row["sentence"], row["translation"], row["reference"])) for row in rows]
        write_atomically(run.folder / "translations.tsv", "\n".join(["sentence\ttranslation\treference", *lines, ""]))
        facts = {
            "training pairs": len(data.split.train),
            "validation pairs": len(data.split.val),
            "test sentences": len(data.held_out.sources),
            "references of these": sum(map(len, data.held_out.references)),
            "source vocabulary size": len(data.source),
            "target vocabulary size": len(data.target),
            "padding in batches": f"{data.train_loader().padding_waste():.1%}",
        }
        example = torch.zeros(1, 5, dtype=torch.long), torch.tensor([5]), torch.zeros(1, 5, dtype=torch.long)
        return [
            Section("Translations of test sentences", table(_spread(rows, _SHOWN))),
            *self._attention_maps(run),
            Section("Pairs", pairs(facts)),
            network_section(self.model.cpu(), example, device="cpu"),
        ]

    def _attention_maps(self, run: Run) -> list[Section]:
        """The attention maps of some test sentences, also as files of the run."""
        # neither the shortest nor the longest: there must be something to see, and it must fit
        fit = [i for i, words in enumerate(self._translations) if 4 <= len(words) <= 12]
        rows = _spread(fit or list(range(len(self._translations))), _DRAWN)
        sources = self.data.held_out.ids.rows(torch.tensor(rows))
        figures = attention_figures(self.model, self.metadata(), sources, [self._translations[i] for i in rows])
        if not figures:
            return []
        write_figures(run.folder / "attention.png", figures)
        caption = "Each row is a word of the translation, each column a source word; bright is a large weight."
        return [Section("Attention", join(png_image(caption, to_png(each)) for each in figures))]

    def _rows(self) -> list[dict[str, str]]:
        """Each test sentence, its translation, and one that is right."""
        held, decode = self.data.held_out, self.data.target.encoder.tokenizer.join
        return [
            {"sentence": sentence, "translation": decode(words), "reference": references[0]}
            for sentence, words, references in zip(held.sources, self._translations, held.references, strict=True)
        ]

    def example(self, run: Run) -> Example:
        """One of the sentences of the test set."""
        return Example.of_text(self.data.held_out.sources[0])

    def texts_of(self, path: Path) -> list[str]:
        """The sentences of a file: the first of the columns if there are tabs in it, as in training."""
        if path.suffix.lower() not in PACKED:
            lines = lines_of(path)
            if not any("\t" in line for line in lines):
                return lines
        read = read_delimited(path, delimiter="tab", header=False, quotes=False, suffixes=SUFFIXES)
        return [row[0] for row in read.rows if row[0].strip()]

    def predict(
        self,
        network: nn.Module,
        metadata: Languages,
        texts: Sequence[str],
        *,
        num_beams: Few | None = None,
        length_penalty: Magnitude | None = None,
        n_best: Few = 1,
        image: Path | None = None,
        force: bool = False,
    ) -> list[TextPrediction]:
        """Translate texts.

        Args:
            network: the trained network.
            metadata: both languages.
            texts: sentences.
            num_beams: Number of hypotheses kept at each step of the beam search; that of the run if not given.
            length_penalty: Exponent of the length by which scores are divided; that of the run if not given.
            n_best: Number of translations of each sentence.
            image: Draw the attention maps into this new PNG or SVG file; several are numbered.
            force: Replace the image if it exists.

        Raises:
            FileExistsError: the image exists, and no ``force`` to replace it, or what is no plain file.
            ValueError: an option is out of its range, or an image is asked of a network without attention.
        """
        settings = self.settings
        num_beams = max(n_best, settings.num_beams) if num_beams is None else num_beams
        if n_best > num_beams:
            raise SettingError("n_best", f"from 1 to num_beams, {num_beams}", n_best)
        search = Search(num_beams, settings.length_penalty if length_penalty is None else length_penalty, n_best)
        sources = metadata.source.encode([" ".join(text.split()) for text in texts])
        found = search(network.to(choose_device(settings.device)), metadata, sources)
        if image is not None:
            figures = attention_figures(network, metadata, sources, [best[0][0] for best in found])
            if not figures:
                raise ValueError(f"image is {image}, but a {type(network).__name__} has no attention to draw")
            write_figures(image, figures, replace=force)
        return [_prediction(text, best, metadata) for text, best in zip(texts, found, strict=True)]


def _prediction(text: str, found: Sequence[tuple[list[str], float]], languages: Languages) -> TextPrediction:
    """The translations, with their scores if there are several, and which words are unknown."""
    answers = tuple(languages.target.encoder.tokenizer.join(words) for words, _ in found)
    scores = tuple(round(score, 4) for _, score in found) if len(found) > 1 else ()
    unknown = sorted({word for word in languages.source.split(text) if word not in languages.source.vocabulary})
    notes = (f"never seen in training: {', '.join(map(repr, unknown))}",) if unknown else ()
    return TextPrediction(text, answers, scores, "score", notes)


def _spread(rows: list[T], count: int) -> list[T]:
    """Some rows, from the first to the last: in the order of the file, short sentences may come first."""
    return [rows[i] for i in torch.linspace(0, len(rows) - 1, min(count, len(rows))).long().tolist()]
