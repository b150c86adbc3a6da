"""A predictor of the next word, learnt from newspaper text (textbook section 10.1; Zaremba et al., 2014)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.language.modelling.settings import RecurrentSettings
from deepdive.recipes.ranges.types import BatchSize, Count, Depth, Epochs, Length, Prompt, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings

if TYPE_CHECKING:
    from deepdive.recipes.language.modelling.next_word_experiment import NextWordExperiment


@dataclass(frozen=True)
class NextWordSettings(RecurrentSettings):
    """Two layers over words, whose state is carried from window to window."""

    data: str = "ptb"
    """A named text (deepdive data list), or a text file of one's own, in UTF-8."""
    tokens: Literal["auto", "characters", "letters", "words", "byte-pair"] = "words"
    """What the text is cut into."""
    max_tokens: Count | None = 10_000
    """How many different tokens there are at most."""
    partition: Literal["auto", "textbook", "random", "sequential"] = "sequential"
    """How windows are cut; sequential: in parallel streams whose state is carried on."""
    num_steps: Length = 35
    """Words per window."""
    epochs: Epochs = 3
    batch_size: BatchSize = 32
    cell: Literal["RNN", "GRU", "LSTM"] = "LSTM"
    """Of the recurrent layers."""
    embedding: Width | None = 256
    """Width of the learnt vectors of words."""
    hidden: Width = 256
    """Width of the state."""
    layers: Depth = 2
    """Recurrent layers."""
    tied: bool = True
    """Whether input and output share their table of vectors."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.004))
    prompt: Prompt = "the company said"
    """What the samples and suggestions in the report begin with."""


@recipe(
    "next-word",
    chapter="10.9",
    title="The next word: an LSTM over the words of the Penn Treebank",
    data="ptb",
    targets=(
        Target("test_perplexity", 900.0, when={"preset": "smoke"}, higher_is_better=False),
        Target("test_perplexity", 115.0, when={"preset": "book"}, higher_is_better=False),
        Target("test_perplexity", 160.0, higher_is_better=False),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 60, "log_every": 20, "hidden": 64, "embedding": 64, "layers": 1},
        "quick": {},
        "book": {"epochs": 10, "dropout": 0.35},
    },
)
def next_word(settings: NextWordSettings) -> "NextWordExperiment":
    """Suggest words to go on with."""
    from deepdive.recipes.language.modelling.next_word_experiment import NextWordExperiment

    return NextWordExperiment(settings)
