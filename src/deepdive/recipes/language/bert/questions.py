"""BERT fine-tuned to answer questions by a part of a text: exact matches, F1, answers to new questions."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from deepdive.data.subwords import Subwords
from deepdive.models.transformers import BERT, BERTTagger
from deepdive.recipes.experiments import make_classification_loss
from deepdive.recipes.given.example import Example
from deepdive.recipes.given.texts import lines_of
from deepdive.recipes.language.bert.fine_tuning import EncoderMetadata, FineTuning
from deepdive.recipes.language.bert.recipes import BertQASettings
from deepdive.recipes.language.bert.sources import split_pairs
from deepdive.recipes.language.parts import SETS, own_data, read_parts, split_rows
from deepdive.recipes.language.tagging.sources import read_splits
from deepdive.recipes.predictions import TextAnswer, TextPrediction
from deepdive.training import Run
from deepdive.training.report import Section, table
from deepdive.training.sequences import SpanSelection

_SHOWN = 30
_NAMED = ("wikiann-en",)
_NONE = "(none)"


@dataclass(frozen=True)
class QuestionMetadata(EncoderMetadata):
    """The encoder, and whether some training questions had no answer."""

    unanswered: bool


class QuestionExperiment(FineTuning[BertQASettings, QuestionDataModule, QuestionMetadata]):
    """Fine-tune on questions whose answer is part of a text, and answer new ones."""

    metadata_type = QuestionMetadata
    data_name = "the questions"
    takes = (
        "questions, each with its text, question|||text; files with one per line (or a tab in between), or in SQuAD's "
        "JSON format, with or without answers; a folder stands for all files below it"
    )
    splits: QuestionSplits

    def read(self, report: Report) -> QuestionSplits:
        """The questions of a data set, file or folder."""
        return read_questions(self.settings.data, report)

    def tokenize(self, subwords: Subwords) -> QuestionDataModule:
        """The questions as windows of their texts."""
        settings = self.settings
        self.check_pairs()
        return QuestionDataModule(
            lambda: self.splits,
            subwords,
            max_length=settings.max_length,
            overlap=settings.overlap,
            max_question_length=settings.max_question_length,
            batch_size=settings.batch_size,
            seed=settings.seed,
        )

    def metadata(self) -> QuestionMetadata:
        """The encoder, and whether there may be no answer."""
        unanswered = any(not question.answers for question in self.splits.train)
        return QuestionMetadata(**vars(self.encoder), unanswered=unanswered)

    def add_head(self, bert: BERT, metadata: QuestionMetadata) -> BERTTagger:
        """Two outputs for every token: whether an answer begins and ends there."""
        return BERTTagger(bert, 2, self.settings.dropout, nn=self.nn)

    def make_task(self, network: nn.Module) -> SpanSelection:
        """Cross-entropy of the positions where the answer begins and ends."""
        loss = make_classification_loss(self.settings.toolkit, 0.0)
        return SpanSelection(network, loss=loss, **self.optimization(network))

    def measure(self, run: Run, metrics: dict[str, float]) -> dict[str, float]:
        """The fraction of exact matches, and the F1 of the words of the answers."""
        windows = self.data.windows[self.evaluated]
        self._answers = self._answer(self.model, self.metadata(), windows)
        scores = answer_scores(self._answers, [[each.text for each in q.answers] for q in windows.questions])
        return {f"{self.evaluated}_exact": scores.exact, f"{self.evaluated}_f1": scores.f1}

    def sections(self, run: Run) -> list[Section]:
        """Some questions with their answers, the sizes of the data, the network."""
        questions = self.data.windows[self.evaluated].questions
        rows = []
        for i in torch.linspace(0, len(questions) - 1, min(_SHOWN, len(questions))).long().tolist():
            question, predicted = questions[i], self._answers[i] or _NONE
            true = question.answers[0].text if question.answers else _NONE
            row = {"text": question.context, "question": question.text, "predicted": predicted}
            rows.append(row | {"true": "" if predicted == true else true})
        return [Section(f"Answers, {SETS[self.evaluated]}", table(rows)), *super().sections(run)]

    def example(self, run: Run) -> Example:
        """One of the questions that are shown."""
        question = self.data.windows[self.evaluated].questions[0]
        return Example.of_text(question.text, question.context)

    def texts_of(self, path: Path) -> list[str]:
        """The questions of a JSON file as in training, with or without answers, or one per line of another."""
        if path.suffix.lower() != ".json":
            return lines_of(path)
        questions = read_squad(path, answered=False)
        return ["\t".join(" ".join(part.split()) for part in (each.text, each.context)) for each in questions]

    def predict(self, network: nn.Module, metadata: QuestionMetadata, texts: Sequence[str]) -> list[TextPrediction]:
        """Answer questions, each with its text: ``question|||text``, or with a tab in between.

        Raises:
            ValueError: a question has no text beside it.
        """
        both = [*zip(*split_pairs(texts), strict=True)]
        windows = cut_windows(
            [Question(str(i), question, context) for i, (question, context) in enumerate(both)],
            metadata.subwords,
            max_length=self.settings.max_length,
            overlap=self.settings.overlap,
            max_question_length=self.settings.max_question_length,
        )
        answers = self._answer(network, metadata, windows)
        return [
            TextAnswer(text, (answer or _NONE,), parts=parts, found=answer or None)
            for text, parts, answer in zip(texts, both, answers, strict=True)
        ]

    def _answer(self, network: nn.Module, metadata: QuestionMetadata, windows: Windows) -> list[str]:
        """The answer to each question; nothing where there is none by the network, if it has learnt to say so."""
        spans = torch.zeros(len(windows), 2, dtype=torch.long)
        scores, none = torch.zeros(len(windows)), torch.zeros(len(windows))
        for numbers, logits in self.outputs(network, metadata.subwords, windows.tokens, windows.types):
            starts, ends = logits.float().cpu().unbind(2)  # (b, t)
            allowed = windows.in_context(numbers, starts.shape[1])
            spans[numbers], scores[numbers] = best_spans(starts, ends, allowed, self.settings.max_answer_length)
            none[numbers] = starts[:, 0] + ends[:, 0]
        return windows.answers(spans, scores, none if metadata.unanswered else None)


def read_questions(data: str, report: Report | None = None) -> QuestionSplits:
    """Questions for training, validation and test; of a file, those of a tenth of its texts each become the last two.

    Raises:
        FileNotFoundError: no data set, file or folder has this name.
        ValueError: the data set holds no sentences to ask about, or the file is not as it must be.
    """
    path = own_data(data, _NAMED, "a file or folder of questions")
    if path is None:
        splits = read_splits(data, report)
        return QuestionSplits(*(ask_for_entities(part) for part in (splits.train, splits.val, splits.test)))
    if path.is_dir():
        return QuestionSplits(**read_parts(path, read_squad, "questions", keys=_keys))
    questions = read_squad(path)
    contexts = list(dict.fromkeys(question.context for question in questions))
    sets = [{contexts[i] for i in rows.tolist()} for rows in split_rows(len(contexts))]
    return QuestionSplits(*([each for each in questions if each.context in some] for some in sets))


def _keys(questions: Sequence[Question]) -> list[tuple[str, str]]:
    return [(question.text, question.context) for question in questions]
