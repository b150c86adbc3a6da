"""BERT fine-tuned to answer questions by a part of a text (textbook section 16.6.4)."""

from dataclasses import dataclass
from pathlib import Path

from deepdive.recipes.language.bert.settings import FineTuningSettings
from deepdive.recipes.ranges.types import Epochs, Length, LengthOrNone
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import make_paths_absolute


@recipe(
    "bert-qa",
    chapter=16,
    section="16.6",
    title="Which person, place or organisation does a text name: a pretrained BERT of six layers, fine-tuned",
    data="wikiann-en",
    experiment="deepdive.recipes.language.bert.qa_experiment:QuestionExperiment",
    targets=(
        Target("test_f1", 0.1, when={"preset": "smoke"}),
        Target("test_f1", 0.9),
    ),
    presets={
        "smoke": {"steps": 60, "log_every": 10},
        "quick": {},
        "book": {"epochs": 3},
    },
)
@dataclass(frozen=True)
class BertQASettings(FineTuningSettings):
    """Which questions."""

    data: str = "wikiann-en"
    """wikiann-en, of whose sentences it is asked which person, place or organisation they name; or a file of questions
    in SQuAD's JSON format, version 1.1 or 2, of which parts are held out, or a folder of such files, called train,
    dev or valid, and test."""
    overlap: LengthOrNone = 32
    """Pieces that a row has in common with the next one, where a text is too long for one."""
    longest_question: Length = 48
    """Pieces of a question; longer ones are cut."""
    longest_answer: Length = 30
    """Pieces of an answer that is found."""
    epochs: Epochs = 1

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data", where=Path.is_file)
