"""Questions about texts that hold the answer (D2L section 16.6.4)."""

from deepdive.data.questions.entities import ask_for_entities as ask_for_entities
from deepdive.data.questions.module import QuestionDataModule as QuestionDataModule
from deepdive.data.questions.module import QuestionSplits as QuestionSplits
from deepdive.data.questions.question import Answer as Answer
from deepdive.data.questions.question import Question as Question
from deepdive.data.questions.question import check_questions as check_questions
from deepdive.data.questions.reading import read_squad as read_squad
from deepdive.data.questions.windows import Windows as Windows
from deepdive.data.questions.windows import cut_windows as cut_windows
