"""BERT fine-tuned to answer questions, as an experiment: exact matches, F1, answers to new questions."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from deepdive.algorithms.language import answer_scores, best_spans
from deepdive.data.progress import Report
from deepdive.data.questions import (
    Question,
    QuestionDataModule,
    QuestionSplits,
    Windows,
    ask_for_entities,
    cut_windows,
    read_squad,
)
from deepdive.data.registry import DATASETS
from deepdive.data.splits import hold_out
from deepdive.data.subwords import Subwords
from deepdive.models.transformers import BERT, BERTTagger
from deepdive.recipes.experiments.inputs import checksum, keep_inputs, lines_of, read_inputs
from deepdive.recipes.experiments.making import make_classification_loss, make_toolkit, make_trainer
from deepdive.recipes.experiments.weights import trained_weights
from deepdive.recipes.language.bert.fine_tuning import (
    held_part,
    kept_encoder,
    obtained,
    outputs_of,
    piece_network_section,
    supervised,
)
from deepdive.recipes.language.bert.qa import BertQASettings
from deepdive.recipes.language.bert.sources import divided
from deepdive.recipes.language.parts import read_parts
from deepdive.recipes.language.tagging.sources import read_splits
from deepdive.recipes.predictions import TextPrediction
from deepdive.training import Run, choose_device
from deepdive.training.records import Listener
from deepdive.training.report import Section, pairs, table
from deepdive.training.sequences import SpanSelection

_SHOWN, _SHARE = 30, 0.1
_NAMED = "wikiann-en"


class QuestionExperiment:
    """Put a head on every token of a published encoder and train both on questions whose answer is part of a text.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: BertQASettings) -> None:
        self.settings = settings
        self.trainer = make_trainer(settings)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Obtain encoder and questions, number these, and make the task."""
        settings = self.settings
        splits, self.encoder, bert = obtained(settings, lambda report: _questions(settings.data, report), pooler=False)
        self.encoder.check_pairs()
        self.data = QuestionDataModule(
            lambda: splits,
            self.encoder.subwords,
            longest=settings.longest,
            overlap=settings.overlap,
            longest_question=settings.longest_question,
            batch_size=settings.batch_size,
            seed=settings.seed,
        )
        self.data.prepare()
        self.unanswered = any(not question.answers for question in splits.train)
        self.network = self._network(bert)
        self.task = SpanSelection(
            self.network,
            loss=make_classification_loss(settings.toolkit, 0.0),
            **supervised(settings, self.network, "head"),
        )

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder, and answer the questions held out: ``test_exact`` and ``test_f1``.

        Raises:
            RunError: the questions are not those that the run began with.
        """
        windows = self.data.windows["train"]
        inputs = self.encoder.kept() | {
            "unanswered": self.unanswered,
            "questions": checksum([windows.tokens.values, windows.tokens.offsets, windows.spans]),
        }
        keep_inputs(run, inputs, what=f"the questions of {self.settings.data} have", resume=resume)
        metrics = self.trainer.fit(
            self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume
        )
        self._held = held_part(self.data.splits)
        held = self.data.windows[self._held]
        self._answers = self._answered(self.network, held, self.data.subwords, self.unanswered)
        right = [[answer.text for answer in question.answers] for question in held.questions]
        scores = answer_scores(self._answers, right)
        return metrics | {f"{self._held}_exact": scores.exact, f"{self._held}_f1": scores.f1}

    def sections(self, run: Run) -> list[Section]:
        """Answers to questions held out, the questions, the network."""
        questions = self.data.windows[self._held].questions
        rows = []
        for i in torch.linspace(0, len(questions) - 1, min(_SHOWN, len(questions))).long().tolist():
            question = questions[i]
            right = question.answers[0].text if question.answers else "(none)"
            found = self._answers[i] or "(none)"
            rows.append(
                {
                    "text": question.context,
                    "question": question.text,
                    "found": found,
                    "right": "" if found == right else right,
                }
            )
        facts: dict[str, object] = {name: len(windows.questions) for name, windows in self.data.windows.items()}
        facts |= {"padding in batches": f"{self.data.train_loader().padding_waste():.1%}"}
        return [
            Section("Questions held out", table(rows)),
            Section("Questions", pairs(facts)),
            piece_network_section(self.network),
        ]

    def texts_of(self, path: Path) -> list[str]:
        """The questions of a JSON file as those learnt from, with or without answers, or one per line of another."""
        if path.suffix.lower() != ".json":
            return lines_of(path)
        questions = read_squad(path, answered=False)
        return ["\t".join(" ".join(part.split()) for part in (each.text, each.context)) for each in questions]

    def predict(self, run: Run, texts: Sequence[str]) -> list[TextPrediction]:
        """Answer questions, each with its text: ``question|||text``, or with a tab in between.

        Raises:
            RunError: ``inputs.json`` is missing or damaged.
            ValueError: a question has no text beside it.
        """
        encoder, settings = kept_encoder(run), self.settings
        unanswered = read_inputs(run, lambda kept: bool(kept["unanswered"]))
        network = self._network(encoder.network(dropout=0.0, pooler=False, nn=make_toolkit(settings.toolkit)))
        network.load_state_dict(trained_weights(run))
        both = zip(*divided(texts), strict=True)
        asked = [Question(str(i), question, context) for i, (question, context) in enumerate(both)]
        windows = cut_windows(
            asked,
            encoder.subwords,
            longest=settings.longest,
            overlap=settings.overlap,
            longest_question=settings.longest_question,
        )
        answers = self._answered(network, windows, encoder.subwords, unanswered)
        return [TextPrediction(text, (answer or "(none)",)) for text, answer in zip(texts, answers, strict=True)]

    def _network(self, bert: BERT) -> BERTTagger:
        return BERTTagger(bert, 2, self.settings.dropout, nn=make_toolkit(self.settings.toolkit))

    def _answered(self, network: nn.Module, windows: Windows, subwords: Subwords, unanswered: bool) -> list[str]:
        """The answer to each question; nothing where the network says that there is none, if it has learnt to."""
        spans = torch.zeros(len(windows), 2, dtype=torch.long)
        scores, none = torch.zeros(len(windows)), torch.zeros(len(windows))
        for rows, said in outputs_of(network, windows.tokens, windows.types, subwords, device=self.settings.device):
            starts, ends = said.float().cpu().unbind(2)  # (b, t)
            allowed = windows.in_context(rows, starts.shape[1])
            spans[rows], scores[rows] = best_spans(starts, ends, allowed, self.settings.longest_answer)
            none[rows] = starts[:, 0] + ends[:, 0]
        return windows.answers(spans, scores, none if unanswered else None)


def _questions(data: str, report: Report) -> QuestionSplits:
    """Questions to learn from, to validate on and to test on; of a file, a tenth of its texts each is held out.

    Raises:
        FileNotFoundError: no data set or file has this name.
        ValueError: the data set holds no sentences to ask about, or the file is not as it must be.
    """
    if data == _NAMED:
        splits = read_splits(data, report)
        return QuestionSplits(*(ask_for_entities(part) for part in (splits.train, splits.val, splits.test)))
    if data in DATASETS:
        raise ValueError(f"data is {data!r}, of which nothing can be asked; take {_NAMED}, or a file of questions")
    if Path(data).is_dir():
        return QuestionSplits(**read_parts(Path(data), read_squad, "questions", key=_key))
    if not Path(data).is_file():
        raise FileNotFoundError(f"data is {data!r}; there is no data set, file or folder of that name")
    questions = read_squad(Path(data))
    contexts = {text: i for i, text in enumerate(dict.fromkeys(question.context for question in questions))}
    rest, test = hold_out(len(contexts), _SHARE, name="test")
    _, val = hold_out(len(rest), _SHARE, name="validation")
    part_of = torch.zeros(len(contexts), dtype=torch.long)
    part_of[rest[val]], part_of[test] = 1, 2
    parts: tuple[list[Question], ...] = ([], [], [])
    for question in questions:
        parts[int(part_of[contexts[question.context]])].append(question)
    return QuestionSplits(*parts)


def _key(question: Question) -> tuple[str, str]:
    return question.text, question.context
