"""A language model of counts on The Time Machine (textbook section 9.3)."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.ranges import Checked
from deepdive.recipes.ranges.types import Count, Order, PositiveMagnitude, Prompt, ProperFraction, Seed
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import make_paths_absolute

if TYPE_CHECKING:
    from deepdive.recipes.language.ngram.experiment import NGramExperiment


@dataclass(frozen=True)
class NGramSettings(Checked):
    """The text, and how far the models look back."""

    data: str = "time-machine"
    """A named text (deepdive data list), or a text file of one's own, in UTF-8."""
    tokens: Literal["auto", "characters", "letters", "words"] = "auto"
    """What the text is cut into; letters: in lower case, all else is a space; auto: as is usual for the named text,
    and characters for one's own."""
    min_frequency: Count = 1
    """Rarer tokens are unknown."""
    max_tokens: Count | None = None
    """How many different tokens there are at most."""
    validation: ProperFraction = 0.1
    """Share of the text that chooses the order and the smoothing, where it comes as one."""
    test: ProperFraction = 0.1
    """Share of the text that tests what is chosen, its end."""
    max_order: Order = 7
    """Orders from 1 to this one are compared; order n looks n - 1 tokens back."""
    epsilon: PositiveMagnitude = 1.0
    """Of Laplace smoothing: how many tokens of evidence the frequencies without context are worth."""
    prompt: Prompt = "time traveller"
    """What the samples in the report begin with."""
    seed: Seed = 0
    """Of the samples in the report."""

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data", where=Path.is_file)


@recipe(
    "ngram-lm",
    chapter="9.3",
    title="n-gram language models: Laplace and Kneser-Ney smoothing on The Time Machine",
    data="time-machine",
    targets=(
        Target("test_perplexity", 6.8, when={"max_order": 3, "tokens": "auto"}, higher_is_better=False),
        Target("test_perplexity", 4.2, when={"max_order": 7, "tokens": "auto"}, higher_is_better=False),
    ),
    presets={"smoke": {"max_order": 3}, "quick": {}, "book": {"max_order": 3}},
)
def ngram_lm(settings: NGramSettings) -> "NGramExperiment":
    """Count, smooth, choose by the validation part, test."""
    from deepdive.recipes.language.ngram.experiment import NGramExperiment

    return NGramExperiment(settings)
