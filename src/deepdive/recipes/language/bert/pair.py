"""BERT fine-tuned on pairs of texts: does one follow from the other, how near are they (sections 16.6.2 and 16.7)."""

from dataclasses import dataclass

from deepdive.recipes.language.bert.settings import SentenceSettings
from deepdive.recipes.registry import Target, recipe


@recipe(
    "bert-pair",
    chapter=16,
    section="16.7",
    title="Pairs of sentences, entailment and relatedness: a pretrained BERT of six layers, fine-tuned",
    data="sick",
    experiment="deepdive.recipes.language.bert.sentence_experiment:SentenceExperiment",
    targets=(
        Target("test_lower_of_both", 0.5, when={"preset": "smoke"}),
        Target("test_lower_of_both", 0.80),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 40, "log_every": 10},
        "quick": {},
        "book": {"epochs": 6},
    },
)
@dataclass(frozen=True)
class BertPairSettings(SentenceSettings):
    """Pairs of texts."""

    data: str = "sick"
    """Named pairs (deepdive data list), a CSV or TSV file with a header, of which parts are held out, or a folder of
    such files, called train, dev or valid, and test."""
    second_column: str | None = "second"
    """Of a file: the other text of each pair."""
