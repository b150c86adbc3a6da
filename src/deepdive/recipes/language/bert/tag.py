"""BERT fine-tuned to tag words: persons, places and organisations (textbook section 16.6.3)."""

from dataclasses import dataclass

from deepdive.recipes.language.bert.settings import FineTuningSettings
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import make_paths_absolute


@recipe(
    "bert-tag",
    chapter=16,
    section="16.6",
    title="Persons, places and organisations in Wikipedia: a pretrained BERT of six layers, fine-tuned",
    data="wikiann-en",
    experiment="deepdive.recipes.language.bert.tag_experiment:BertTagExperiment",
    targets=(
        Target("test_f1", 0.2, when={"preset": "smoke"}),
        Target("test_f1", 0.75),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 60, "log_every": 10},
        "quick": {},
        "book": {"epochs": 5},
    },
)
@dataclass(frozen=True)
class BertTagSettings(FineTuningSettings):
    """Which sentences."""

    data: str = "wikiann-en"
    """Named sentences (deepdive data list), a file with a word and its tag per line (CoNLL), of which parts are held
    out, or a folder with such files, called train, dev or valid, and test."""

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data")
