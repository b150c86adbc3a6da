"""Questions as a data module."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from deepdive.data.questions.question import Question
from deepdive.data.questions.windows import Windows, cut_windows
from deepdive.data.sequences import BucketDataModule, Field
from deepdive.data.subwords import PAD, Subwords
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, PositiveInt


@dataclass(frozen=True)
class QuestionSplits:
    """Questions to learn from, to choose the best epoch by, and to test on."""

    train: Sequence[Question]
    val: Sequence[Question] = field(default_factory=list)
    test: Sequence[Question] = field(default_factory=list)


class QuestionDataModule(BucketDataModule):
    """Batches ``(tokens (b, t), types (b, t), lengths (b), spans (b, 2))`` (D2L section 16.6.4).

    A row is ``[CLS] question [SEP] context [SEP]``; ``spans`` are the places of the first and the last token of the
    answer, 0 and 0 where the row has none. A context that is too long has several rows, see `cut_windows`.

    Args:
        read: gives the questions; called once, by `prepare`.
        subwords: WordPiece.
        max_length: tokens of a row, special ones included.
        overlap: tokens that a row has in common with the next one of its context.
        max_question_length: longer questions are cut.
        batch_size: rows per training batch.
        test_batch_size: for validation and test, where no gradient needs memory.
        seed: of the order of training batches.

    Raises:
        ValueError: from `prepare`, where there are no training questions, or as `cut_windows`.
    """

    @checked
    def __init__(
        self,
        read: Callable[[], QuestionSplits],
        subwords: Subwords,
        *,
        max_length: PositiveInt = 256,
        overlap: NonNegativeInt = 64,
        max_question_length: PositiveInt = 64,
        batch_size: PositiveInt = 32,
        test_batch_size: PositiveInt = 128,
        seed: NonNegativeInt = 0,
    ) -> None:
        super().__init__(batch_size=batch_size, test_batch_size=test_batch_size, seed=seed)
        self.subwords = subwords
        self.max_length = max_length
        self.overlap = overlap
        self.max_question_length = max_question_length
        self.windows: dict[str, Windows] = {}
        """The rows of each part, in the order that the loaders' `rows` number."""
        self._read = read

    def _make_fields(self) -> Mapping[str, Sequence[Field]]:
        self.splits = self._read()
        """As they were read."""
        if not self.splits.train:
            raise ValueError("there are no training questions")
        parts = {"train": self.splits.train, "val": self.splits.val, "test": self.splits.test}
        self.windows = {name: self.cut(questions) for name, questions in parts.items() if questions}
        return {name: (part.tokens, part.types, part.tokens.lengths, part.spans) for name, part in self.windows.items()}

    def cut(self, questions: Sequence[Question]) -> Windows:
        """Other questions in the same form."""
        return cut_windows(
            questions,
            self.subwords,
            max_length=self.max_length,
            overlap=self.overlap,
            max_question_length=self.max_question_length,
        )

    def _pads(self) -> Sequence[int]:
        return self.subwords.id_of(PAD), 0, 0, 0
