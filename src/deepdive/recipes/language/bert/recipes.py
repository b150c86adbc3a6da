"""BERT fine-tuned: classes of texts (D2L 16.6), pairs of them (D2L 16.7), tags of words and answers to questions."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from deepdive.recipes.optimization import ScheduleName
from deepdive.recipes.ranges.types import (
    BatchSize,
    Epochs,
    GradientBound,
    Length,
    LengthOrNone,
    PositiveFraction,
    Probability,
)
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings, make_paths_absolute


@dataclass(frozen=True)
class FineTuningSettings(TrainingSettings):
    """Which encoder, and how it learns."""

    weights: str = "minilm-l6"
    """A pretrained encoder by name (deepdive data list), or a folder with one as it is published: config.json,
    model.safetensors (or its shards and their index), and tokenizer.json or vocab.txt."""
    max_length: Length = 128
    """Largest number of tokens of a text or pair, special tokens included; longer ones are cut."""
    dropout: Probability = 0.1
    """Dropout probability in the encoder and before the output."""
    layer_lr_decay: PositiveFraction = 0.7
    """Factor by which the learning rate falls from each layer to the one below."""
    unfreeze_every: Epochs | None = None
    """Epochs until one more layer learns, beginning with the head; if not given, all learn from the beginning."""
    epochs: Epochs = 3
    batch_size: BatchSize = 32
    clip_norm: GradientBound | None = 1.0
    schedule: ScheduleName = "slanted-triangular"
    """How the learning rate changes from step to step; slanted-triangular: up during the first tenth, then down."""
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings("adamw", lr=3e-4, weight_decay=0.01, decay_norm_and_bias=False)
    )
    """The optimiser; the learning rate is that of the head."""

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "weights", where=Path.is_dir)
        make_paths_absolute(self, "data")  # that of each recipe


@recipe(
    "bert-classify",
    chapter=16,
    section="16.6",
    title="Sentiment: MiniLM-L6, fine-tuned",
    data="sst2",
    experiment="deepdive.recipes.language.bert.texts:TextExperiment",
    targets=(Target("test_label_accuracy", 0.7, when={"preset": "smoke"}), Target("test_label_accuracy", 0.88)),
    presets={
        "smoke": {"epochs": 1, "steps": 40, "log_every": 10, "max_length": 32},
        "quick": {},
        "book": {"epochs": 8},
    },
    keywords=("bert", "minilm", "text", "texts", "sentiment", "classify", "classification", "encoder", "finetune"),
)
@dataclass(frozen=True)
class BertClassifySettings(FineTuningSettings):
    """Which texts, and where in a file they stand."""

    data: str = "sst2"
    """A data set of labelled texts (deepdive data list), a CSV or TSV file with a header, of which parts become
    validation and test set, or a folder of such files, called train, dev or valid, and test."""
    text_column: str = "text"
    """Column of a file that holds the texts."""
    second_column: str | None = None
    """Column of a file that holds the other text of each pair, if they are pairs."""
    label_column: str | None = "label"
    """Column of a file that holds the classes, if there are any."""
    score_column: str | None = None
    """Column of a file that holds regression targets, if there are any."""
    pooling: Literal["pooler", "mean"] = "mean"
    """Text embedding: the pooled output of the first token, or the mean of all token vectors."""
    epochs: Epochs = 4


@recipe(
    "bert-pair",
    chapter=16,
    section="16.7",
    title="Sentence pairs: MiniLM-L6, fine-tuned",
    data="sick",
    experiment="deepdive.recipes.language.bert.texts:TextExperiment",
    targets=(Target("test_lower_of_both", 0.5, when={"preset": "smoke"}), Target("test_lower_of_both", 0.80)),
    presets={"smoke": {"epochs": 1, "steps": 40, "log_every": 10}, "quick": {}, "book": {"epochs": 6}},
    keywords=("bert", "minilm", "pairs", "similarity", "entailment", "nli", "paraphrase"),
)
@dataclass(frozen=True)
class BertPairSettings(BertClassifySettings):
    """Which pairs of texts, and where in a file they stand."""

    data: str = "sick"
    """A data set of labelled pairs (deepdive data list), a CSV or TSV file with a header, of which parts become
    validation and test set, or a folder of such files, called train, dev or valid, and test."""
    second_column: str | None = "second"
    """Column of a file that holds the other text of each pair."""
    epochs: Epochs = 3


@recipe(
    "bert-tag",
    chapter=16,
    section="16.6",
    title="Named entities: MiniLM-L6, fine-tuned",
    data="wikiann-en",
    experiment="deepdive.recipes.language.bert.tags:TagExperiment",
    targets=(Target("test_f1", 0.2, when={"preset": "smoke"}), Target("test_f1", 0.75)),
    presets={"smoke": {"epochs": 1, "steps": 60, "log_every": 10}, "quick": {}, "book": {"epochs": 5}},
    keywords=("bert", "minilm", "ner", "tag", "tagging", "tags", "entities", "named-entities", "conll"),
)
@dataclass(frozen=True)
class BertTagSettings(FineTuningSettings):
    """Which tagged sentences."""

    data: str = "wikiann-en"
    """A data set of tagged sentences (deepdive data list), a file with a word and its tag per line (CoNLL), of which
    parts become validation and test set, or a folder with such files, called train, dev or valid, and test."""


@recipe(
    "bert-qa",
    chapter=16,
    section="16.6",
    title="Questions: MiniLM-L6, fine-tuned",
    data="wikiann-en",
    experiment="deepdive.recipes.language.bert.questions:QuestionExperiment",
    targets=(Target("test_f1", 0.1, when={"preset": "smoke"}), Target("test_f1", 0.9)),
    presets={"smoke": {"steps": 60, "log_every": 10}, "quick": {}, "book": {"epochs": 3}},
    keywords=("bert", "minilm", "questions", "answering", "question-answering", "squad", "qa"),
)
@dataclass(frozen=True)
class BertQASettings(FineTuningSettings):
    """Which questions, and how they are cut."""

    data: str = "wikiann-en"
    """wikiann-en, of whose sentences it is asked which person, place or organisation they name; or a file of questions
    in SQuAD's JSON format, version 1.1 or 2, of which parts become validation and test set, or a folder of such files,
    called train, dev or valid, and test."""
    overlap: LengthOrNone = 32
    """Number of tokens that two windows of a text have in common, where it is too long for one."""
    max_question_length: Length = 48
    """Largest number of tokens of a question; longer ones are cut."""
    max_answer_length: Length = 30
    """Largest number of tokens of a predicted answer."""
    epochs: Epochs = 1
