"""BERT learnt from a text: hidden words, and which sentences follow each other (textbook sections 15.8 to 15.10)."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings, ScheduleName, TrainingSettings, make_paths_absolute

if TYPE_CHECKING:
    from deepdive.recipes.language.bert.pretraining_experiment import PretrainingExperiment


@dataclass(frozen=True)
class BertPretrainSettings(TrainingSettings):
    """The text, its pieces, and the network."""

    data: str = "wikitext2"
    """A named text (deepdive data list), or a text file of one's own with a paragraph per line, in UTF-8."""
    characters: int | None = 5_000_000
    """Learn from so many characters of the text, its beginning; all if not given."""
    pieces: int = 4000
    """Different pieces of words, learnt from the text."""
    longest: int = 64
    """Pieces of a pair of sentences, special tokens included; longer ones are cut."""
    share: float = 0.15
    """Of pieces that are hidden."""
    next_weight: float = 1.0
    """Of the loss of pairs beside that of hidden pieces."""
    width: int = 128
    """Of all vectors."""
    heads: int = 2
    """Of attention."""
    layers: int = 2
    """Blocks."""
    dropout: float = 0.0
    """Share that is dropped in training."""
    epochs: int = 1
    batch_size: int = 32
    clip_norm: float | None = 1.0
    schedule: ScheduleName = "slanted-triangular"
    """How the learning rate changes from step to step; slanted-triangular: up during the first tenth, then down."""
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings("adamw", lr=2e-3, weight_decay=0.01, decay_norm_and_bias=False)
    )
    prompt: str = "he was [MASK] in the [MASK] ."
    """A sentence whose hidden words the report fills in."""

    def __post_init__(self) -> None:
        make_paths_absolute(self, "data", where=Path.is_file)


@recipe(
    "bert-pretrain",
    chapter="15.10",
    title="A small BERT learnt from WikiText-2: hidden words, and whether sentences follow each other",
    data="wikitext2",
    targets=(
        Target("test_masked_accuracy", 0.03, when={"preset": "smoke"}),
        Target("test_masked_accuracy", 0.1),
    ),
    presets={
        "smoke": {"characters": 400_000, "pieces": 1000, "epochs": 1, "steps": 60, "log_every": 20, "width": 64},
        "quick": {},
        "book": {
            "characters": None,
            "epochs": 10,
            "pieces": 8000,
            "width": 256,
            "heads": 4,
            "layers": 4,
            "optimizer": {"lr": 1e-3},
        },
    },
)
def bert_pretrain(settings: BertPretrainSettings) -> "PretrainingExperiment":
    """Guess hidden words, and which sentences follow each other."""
    from deepdive.recipes.language.bert.pretraining_experiment import PretrainingExperiment

    return PretrainingExperiment(settings)
