"""Translation: through one vector (D2L 10.7), with attention (D2L 11.4), by attention alone (D2L 11.7)."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.ranges.types import (
    BatchSize,
    Count,
    Depth,
    Epochs,
    Few,
    Fraction,
    GradientBound,
    Heads,
    Length,
    Magnitude,
    Probability,
    Width,
)
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings, make_paths_absolute

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.translation import Languages
    from deepdive.toolkit import Toolkit

_EXPERIMENT = "deepdive.recipes.language.translation.experiment:TranslationExperiment"
_SMOKE = {"epochs": 3, "num_pairs": 3000, "test": 100, "validation": 100, "num_beams": 1, "log_every": 20}
_BASE = {"hidden_size": 512, "num_heads": 8, "num_layers": 6, "ffn_size": 2048}
_SMALL = _SMOKE | {"embedding_dim": 64, "hidden_size": 64, "optimizer": {"lr": 0.01}}


@dataclass(frozen=True)
class TranslationSettings(TrainingSettings):
    """Training settings, the sentence pairs, and how translations are searched for."""

    data: str = "fra-eng"
    """A data set of sentence pairs (deepdive data list), or your own file, zipped or not: a sentence, a tab and its
    translation per line."""
    num_pairs: Count | None = 100_000
    """Number of pairs to use: the first ones, which are the shortest of fra-eng."""
    max_length: Length = 50
    """Largest number of tokens of a sentence; pairs with a longer one are left out."""
    test: Count = 1000
    """Number of different sentences in the test set, with all their translations as references."""
    validation: Count = 500
    """Number of different sentences in the validation set, by which the best epoch is chosen."""
    min_frequency: Count = 2
    """Tokens that occur less often in the training set are unknown."""
    reverse_source: bool = False
    """Feed the source sentences to the encoder in reverse."""
    scheduled_sampling: Fraction = 0.0
    """Highest probability, reached in the last epoch, that a decoder input is the model's own prediction
    (scheduled sampling)."""
    label_smoothing: Fraction = 0.0
    """Label smoothing: fraction of every target that is spread evenly over the vocabulary."""
    epochs: Epochs = 3
    batch_size: BatchSize = 128
    clip_norm: GradientBound | None = 1.0
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.002))
    num_beams: Few = 4
    """Number of hypotheses kept at each step of the beam search; 1: greedy search."""
    length_penalty: Magnitude = 0.6
    """Exponent of the length by which the beam search divides scores; 0: none, more: longer translations."""

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data", where=Path.is_file)


@recipe(
    "seq2seq",
    chapter=10,
    section="10.7",
    title="English to French: encoder, decoder",
    data="fra-eng",
    experiment=_EXPERIMENT,
    targets=(Target("test_bleu", 0.5, when={"preset": "smoke"}), Target("test_bleu", 24.0)),
    presets={
        "smoke": _SMALL,
        "quick": {},
        "book": {"epochs": 10, "embedding_dim": 256, "hidden_size": 512, "num_layers": 2},
    },
    keywords=("translation", "translate", "machine-translation", "nmt", "encoder", "decoder"),
)
@dataclass(frozen=True)
class Seq2SeqSettings(TranslationSettings):
    """Recurrent encoder and decoder, and how they are trained."""

    cell: Literal["RNN", "GRU", "LSTM"] = "GRU"
    """The kind of recurrent layers."""
    embedding_dim: Width = 256
    """Size of the token embeddings."""
    hidden_size: Width = 384
    """Size of the hidden states, both directions of the encoder together."""
    num_layers: Depth = 1
    """Number of recurrent layers, in the encoder and in the decoder."""
    dropout: Probability = 0.2
    """Dropout probability of embeddings, between layers, and of outputs."""
    bidirectional: bool = True
    """An encoder that reads in both directions."""

    def network(self, metadata: "Languages", nn: "Toolkit") -> "Module":
        """The network for such languages, out of the parts of this toolkit."""
        from deepdive.models.language import Seq2Seq

        sizes = len(metadata.source), len(metadata.target), self.embedding_dim, self.hidden_size, self.num_layers
        return Seq2Seq(*sizes, self.cell, self.dropout, self.bidirectional, metadata.target.padding, nn=nn)


@recipe(
    "bahdanau",
    chapter=11,
    section="11.4",
    title="English to French: Bahdanau attention",
    data="fra-eng",
    experiment=_EXPERIMENT,
    targets=(Target("test_bleu", 0.5, when={"preset": "smoke"}), Target("test_bleu", 40.0)),
    presets={
        "smoke": _SMALL | {"attention_size": 64},
        "quick": {},
        "book": {"epochs": 10, "hidden_size": 512, "attention_size": 512, "num_layers": 2},
    },
    keywords=("translation", "translate", "machine-translation", "nmt", "attention"),
)
@dataclass(frozen=True)
class BahdanauSettings(Seq2SeqSettings):
    """Recurrent encoder and decoder with attention, and how they are trained."""

    hidden_size: Width = 256
    """Size of the hidden states, both directions of the encoder together."""
    attention_size: Width = 256
    """Hidden units of the perceptron that scores a position of the source sentence."""

    def network(self, metadata: "Languages", nn: "Toolkit") -> "Module":
        """The network for such languages, out of the parts of this toolkit."""
        from deepdive.models.language import BahdanauDecoder

        sizes = len(metadata.source), len(metadata.target), self.embedding_dim, self.hidden_size, self.attention_size
        reading = self.num_layers, self.cell, self.dropout, self.bidirectional, metadata.target.padding
        return BahdanauDecoder(*sizes, *reading, nn=nn)


@recipe(
    "transformer",
    chapter=11,
    section="11.7",
    title="English to French: transformer",
    data="fra-eng",
    experiment=_EXPERIMENT,
    targets=(Target("test_bleu", 0.5, when={"preset": "smoke"}), Target("test_bleu", 45.0)),
    presets={
        "smoke": _SMOKE | {"hidden_size": 64, "ffn_size": 128, "num_layers": 1, "optimizer": {"lr": 0.005}},
        "quick": {},
        "book": {"epochs": 12, "optimizer": {"lr": 0.0005}} | _BASE,
    },
    keywords=("translation", "translate", "machine-translation", "nmt", "attention", "encoder", "decoder"),
)
@dataclass(frozen=True)
class TransformerSettings(TranslationSettings):
    """The transformer and how it is trained."""

    hidden_size: Width = 256
    """Size of the embeddings and of all hidden states (d_model)."""
    num_heads: Heads = 4
    """Number of attention heads."""
    num_layers: Depth = 3
    """Number of blocks, in the encoder and in the decoder."""
    ffn_size: Width = 512
    """Hidden units of the feed-forward networks."""
    dropout: Probability = 0.1
    """Dropout probability of embeddings and of the outputs of attention and feed-forward networks."""
    attention_dropout: Probability = 0.0
    """Dropout probability of attention weights."""
    norm_first: bool = True
    """Normalisation before attention and feed-forward networks (pre-norm) instead of after them (post-norm)."""
    activation: Literal["relu", "gelu", "gated-gelu"] = "relu"
    """Activation of the feed-forward networks."""
    tie_embeddings: bool = True
    """Share the weights of the target embeddings and the output layer."""
    label_smoothing: Fraction = 0.1
    """Label smoothing: fraction of every target that is spread evenly over the vocabulary."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.001))

    def network(self, metadata: "Languages", nn: "Toolkit") -> "Module":
        """The network for such languages, out of the parts of this toolkit."""
        from deepdive.models.transformers import TransformerTranslator

        sizes = self.hidden_size, self.num_heads, self.num_layers, self.ffn_size
        parts = self.dropout, self.attention_dropout, self.norm_first, self.activation, self.tie_embeddings
        return TransformerTranslator(len(metadata.source), len(metadata.target), *sizes, *parts, nn=nn)
