"""Classes of texts, whatever they are: a bag of words, or a pretrained MiniLM (beside D2L 16.2 and 16.6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from deepdive.recipes.language.bert.recipes import FineTuningSettings
from deepdive.recipes.optimization import OptimizerName
from deepdive.recipes.ranges.types import (
    BatchSize,
    Count,
    Epochs,
    LearningRate,
    Length,
    Penalty,
    PositiveFraction,
    Probability,
)
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings

MaxNgram = Annotated[int, Meta(ge=1, le=10)]


_OF_BAG = ("max_ngram", "min_frequency", "max_features")
_OF_ENCODER = ("weights", "max_length", "dropout", "layer_lr_decay", "unfreeze_every")
"""Settings of one network alone."""


@dataclass(frozen=True)
class TextOptimizerSettings(OptimizerSettings):
    """The optimiser and its hyperparameters; what is not given depends on the network."""

    name: OptimizerName = "adamw"
    lr: LearningRate | None = None  # pyright: ignore[reportIncompatibleVariableOverride]
    """Learning rate; the peak under a schedule. If not given, 0.1 for a bag of words, 0.0003 for minilm."""
    weight_decay: Penalty | None = None  # pyright: ignore[reportIncompatibleVariableOverride]
    """Weight decay, decoupled from the gradient for adamw. If not given, 0.1 for a bag of words, 0.01 for minilm."""
    decay_norm_and_bias: bool = False
    """Apply weight decay to biases and to the weights of normalisation layers, too."""


@recipe(
    "classify-text",
    chapter=16,
    title="Classes of texts: bag of words, MiniLM",
    data="sst2",
    experiment="deepdive.recipes.language.classification.networks:text_classifier",
    targets=(
        Target("test_accuracy", 0.6, when={"preset": "smoke", "network": "bag-of-words"}),
        Target("test_accuracy", 0.77, when={"network": "bag-of-words"}),
        Target("test_label_accuracy", 0.88, when={"preset": "quick", "network": "minilm"}),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 60, "log_every": 20, "max_length": 32},
        "quick": {},
        "book": {"max_ngram": 3},
    },
    keywords=(
        "classify",
        "classification",
        "text",
        "texts",
        "sentiment",
        "reviews",
        "csv",
        "spam",
        "topics",
        "nlp",
        "bow",
        "tf-idf",
        "fasttext",
    ),
)
@dataclass(frozen=True)
class ClassifyTextSettings(FineTuningSettings):
    """Which texts, where their classes stand, and what network learns them."""

    counts_with: ClassVar[Mapping[str, tuple[str, Any]]] = {
        **{name: ("network", "bag-of-words") for name in _OF_BAG},
        **{name: ("network", "minilm") for name in _OF_ENCODER},
    }

    data: str = "sst2"
    """A data set of labelled texts (deepdive data list), a CSV or TSV file, of which parts become validation and test
    set, a folder of such files, called train, dev or valid, and test, or a folder with a folder of text files for
    every class, in folders called train and test or without these."""
    text: str | None = None
    """Column of a file that holds the texts: its name, or its number from 1 where there is no header; found by its
    name and content if not given."""
    label: str | None = None
    """Column of a file that holds the classes; found as the texts are if not given."""
    header: Literal["auto", "yes", "no"] = "auto"
    """Whether the first row of a file holds the names of the columns; auto: it is looked at."""
    delimiter: str | None = None
    """Delimiter of a file: one character, or comma, semicolon, tab, space, bar; found in its header if not given."""
    network: Literal["bag-of-words", "minilm"] = "bag-of-words"
    """Softmax regression on words and pairs of words, weighted by tf-idf: seconds; or a pretrained encoder, fine-tuned:
    minutes, and better on short texts."""
    max_ngram: MaxNgram = 2
    """Most words in a row that count as one feature (bag-of-words only)."""
    min_frequency: Count = 2
    """How many training texts must have a word or a run of words for it to count (bag-of-words only)."""
    max_features: Count = 100_000
    """How many words and runs of words count, those in most texts first (bag-of-words only)."""
    weights: str = "minilm-l6"
    """A pretrained encoder by name (deepdive data list), or a folder with one as it is published: config.json,
    model.safetensors (or its shards and their index), and tokenizer.json or vocab.txt (minilm only)."""
    max_length: Length = 128
    """Largest number of tokens of a text, special tokens included; longer ones are cut (minilm only)."""
    dropout: Probability = 0.1
    """Dropout probability in the encoder and before the output (minilm only)."""
    layer_lr_decay: PositiveFraction = 0.7
    """Factor by which the learning rate falls from each layer to the one below (minilm only)."""
    unfreeze_every: Epochs | None = None
    """Epochs until one more layer learns, beginning with the head; if not given, all learn from the beginning (minilm
    only)."""
    epochs: Epochs | None = None  # pyright: ignore[reportIncompatibleVariableOverride]
    """Passes over the training texts; if not given, 4 for minilm, and for a bag of words as many as make a thousand
    steps, from 5 to 20."""
    batch_size: BatchSize = 32
    optimizer: TextOptimizerSettings = field(  # pyright: ignore[reportIncompatibleVariableOverride]
        default_factory=TextOptimizerSettings
    )
