"""BERT fine-tuned on single texts: is a film review positive or negative (textbook section 16.6.1)."""

from dataclasses import dataclass

from deepdive.recipes.language.bert.settings import SentenceSettings
from deepdive.recipes.ranges.types import Epochs
from deepdive.recipes.registry import Target, recipe


@recipe(
    "bert-classify",
    chapter=16,
    section="16.6",
    title="Film reviews, positive or negative: a pretrained BERT of six layers, fine-tuned",
    data="sst2",
    experiment="deepdive.recipes.language.bert.sentence_experiment:SentenceExperiment",
    targets=(
        Target("test_label_accuracy", 0.7, when={"preset": "smoke"}),
        Target("test_label_accuracy", 0.88),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 40, "log_every": 10, "longest": 32},
        "quick": {},
        "book": {"epochs": 8},
    },
)
@dataclass(frozen=True)
class BertClassifySettings(SentenceSettings):
    """Single texts."""

    epochs: Epochs = 4
