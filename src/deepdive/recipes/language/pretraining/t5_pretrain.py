"""T5 learnt from a text: the spans that are missing from it (textbook section 11.9; Raffel et al., 2020)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from deepdive.recipes.language.pretraining.numbered import gap_fault
from deepdive.recipes.language.pretraining.settings import PretrainingSettings
from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import Depth, Epochs, MeanSpan, Prompt, ProperFraction, Width
from deepdive.recipes.registry import Target, recipe

if TYPE_CHECKING:
    from deepdive.recipes.language.pretraining.t5_experiment import T5PretrainExperiment


@dataclass(frozen=True)
class T5PretrainSettings(PretrainingSettings):
    """The text, what is missing of it, and the network."""

    window: Annotated[int, Meta(ge=2, le=100_000)] = 64
    """Pieces of a text from which spans are cut."""
    density: ProperFraction = 0.15
    """Share of pieces that are missing."""
    mean_span: MeanSpan = 3.0
    """Pieces of a missing span on average."""
    epochs: Epochs = 2
    layers: Depth = 2
    """Blocks of the encoder, and as many of the decoder."""
    head_width: Width = 64
    """Of each head of attention."""
    hidden: Width = 256
    """Width within feed-forward networks."""
    gated: bool = True
    """Whether feed-forward networks are gated, as in version 1.1, or rectified, as in the first one."""
    tied: bool = False
    """Whether input and output share their table of vectors, as in the first version."""
    prompt: Prompt = "The <extra_id_0> of the city was <extra_id_1> ."
    """A sentence whose gaps the report fills in."""

    def _settle(self) -> None:
        super()._settle()
        if gap_fault(self.prompt):
            rule = "a text with gaps <extra_id_0>, <extra_id_1>, ... in this order"
            raise SettingError("prompt", rule, self.prompt)


@recipe(
    "t5-pretrain",
    chapter="11.9",
    title="A small T5 learnt from WikiText-2: spans of words that are missing",
    data="wikitext2",
    targets=(
        Target("test_missing_accuracy", 0.035, when={"preset": "smoke"}),
        Target("test_missing_accuracy", 0.09),
    ),
    presets={
        "smoke": {
            "characters": 400_000,
            "pieces": 1000,
            "epochs": 1,
            "steps": 60,
            "log_every": 20,
            "width": 64,
            "optimizer": {"lr": 2e-3},
        },
        "quick": {},
        "book": {
            "epochs": 10,
            "pieces": 8000,
            "window": 128,
            "width": 256,
            "heads": 4,
            "layers": 4,
            "hidden": 512,
            "optimizer": {"lr": 5e-4},
        },
    },
)
def t5_pretrain(settings: T5PretrainSettings) -> "T5PretrainExperiment":
    """Write what is missing of a text."""
    from deepdive.recipes.language.pretraining.t5_experiment import T5PretrainExperiment

    return T5PretrainExperiment(settings)
