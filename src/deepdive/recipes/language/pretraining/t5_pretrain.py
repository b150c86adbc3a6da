"""T5 learnt from a text by span corruption (D2L 11.9; Raffel et al., 2020)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from deepdive.recipes.language.pretraining.numbered import gap_fault
from deepdive.recipes.language.pretraining.settings import PretrainingSettings
from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import Depth, Epochs, MeanSpan, Prompt, ProperFraction, Width
from deepdive.recipes.registry import Target, recipe

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.subwords import Subwords
    from deepdive.toolkit import Toolkit


@recipe(
    "t5-pretrain",
    chapter=11,
    section="11.9",
    title="T5, pretrained by span corruption",
    data="wikitext2",
    experiment="deepdive.recipes.language.pretraining.t5_experiment:T5PretrainExperiment",
    targets=(
        Target("test_masked_token_accuracy", 0.035, when={"preset": "smoke"}),
        Target("test_masked_token_accuracy", 0.09),
    ),
    presets={
        "smoke": {
            "max_characters": 400_000,
            "vocab_size": 1000,
            "epochs": 1,
            "steps": 60,
            "log_every": 20,
            "hidden_size": 64,
            "optimizer": {"lr": 2e-3},
        },
        "quick": {},
        "book": {
            "epochs": 10,
            "vocab_size": 8000,
            "window": 128,
            "hidden_size": 256,
            "num_heads": 4,
            "num_layers": 4,
            "ffn_size": 512,
            "optimizer": {"lr": 5e-4},
        },
    },
    keywords=("t5", "pretrain", "span-corruption"),
)
@dataclass(frozen=True)
class T5PretrainSettings(PretrainingSettings):
    """The text, what is missing of it, and the network."""

    window: Annotated[int, Meta(ge=2, le=100_000)] = 64
    """Tokens per window of text, from which spans are taken out."""
    noise_density: ProperFraction = 0.15
    """Fraction of tokens that are taken out."""
    mean_noise_span_length: MeanSpan = 3.0
    """Mean number of tokens of a span that is taken out."""
    epochs: Epochs = 2
    num_layers: Depth = 2
    """Number of transformer blocks of the encoder, and as many of the decoder."""
    head_dim: Width = 64
    """Size of the queries, keys and values of each attention head (d_kv)."""
    ffn_size: Width = 256
    """Size of the hidden layer of the feed-forward networks."""
    gated: bool = True
    """Gated GELU in the feed-forward networks (T5 1.1) in place of ReLU (the first T5)."""
    tie_embeddings: bool = False
    """One embedding table for input and output, as in the first T5."""
    prompt: Prompt = "The <extra_id_0> of the city was <extra_id_1> ."

    def _settle(self) -> None:
        super()._settle()
        if gap_fault(self.prompt):
            rule = "a text with gaps <extra_id_0>, <extra_id_1>, ... in this order"
            raise SettingError("prompt", rule, self.prompt)

    def network(self, metadata: "Subwords", nn: "Toolkit") -> "Module":
        """A T5 over these tokens, out of the parts of this toolkit."""
        from deepdive.models.transformers import T5

        sizes = len(metadata), self.hidden_size, self.num_heads, self.num_layers, self.ffn_size, self.head_dim
        activation = "gated-gelu" if self.gated else "relu"
        return T5(*sizes, dropout=self.dropout, activation=activation, tie_embeddings=self.tie_embeddings, nn=nn)
