"""A language model of counts on The Time Machine (D2L 9.3)."""

from dataclasses import dataclass
from typing import Literal

from deepdive.recipes.language.modelling.settings import CorpusSettings
from deepdive.recipes.ranges.types import Order, PositiveMagnitude, Prompt, ProperFraction, Seed
from deepdive.recipes.registry import Target, recipe


@recipe(
    "ngram-lm",
    chapter=9,
    section="9.3",
    title="n-grams: Laplace and Kneser-Ney",
    data="time-machine",
    experiment="deepdive.recipes.language.ngram.experiment:NGramExperiment",
    targets=(
        Target("test_perplexity", 6.8, when={"max_order": 3, "tokens": "auto"}, higher_is_better=False),
        Target("test_perplexity", 4.2, when={"max_order": 7, "tokens": "auto"}, higher_is_better=False),
    ),
    presets={"smoke": {"max_order": 3}, "quick": {}, "book": {"max_order": 3}},
    keywords=("language-model", "count"),
)
@dataclass(frozen=True)
class NGramSettings(CorpusSettings):
    """The text, and how far the models look back."""

    tokens: Literal["auto", "characters", "letters", "words"] = "auto"
    """What the text is cut into; letters: in lower case, all else is a space; auto: as is usual for a named text, and
    characters for your own."""
    validation: ProperFraction = 0.1
    """Fraction of the text that chooses order and smoothing, if the text comes as one."""
    test: ProperFraction = 0.1
    max_order: Order = 7
    """Orders from 1 to this one are compared; order n looks n - 1 tokens back."""
    epsilon: PositiveMagnitude = 1.0
    """Laplace smoothing: so many tokens of evidence the frequencies without context are worth."""
    prompt: Prompt = "time traveller"
    """The samples in the report begin with this text."""
    seed: Seed = 0
    """Seed of the samples in the report."""
