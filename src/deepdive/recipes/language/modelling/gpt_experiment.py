"""GPT as an experiment: a language model that may begin with published weights and their tokens."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from deepdive.data.progress import Progress, Report
from deepdive.data.subwords import read_published
from deepdive.data.text import SubwordTokenizer, TextDataModule
from deepdive.models.transformers.public import GPT2_LAYOUT, gpt2_arguments
from deepdive.recipes.language.modelling.experiment import LanguageModelExperiment
from deepdive.recipes.language.modelling.gpt_pretrain import GPTSettings
from deepdive.recipes.language.modelling.metadata import TextMetadata
from deepdive.recipes.language.modelling.texts import text_for
from deepdive.training import fit_state_dict

_TABLES = "wte.weight", "lm_head.weight"
"""Published tensors with a row for each token."""
_OF_SETTINGS = "vocab_size", "dropout", "attention_dropout", "embedding_dropout"
"""Arguments that the tokens and the settings of a run decide."""


class GPTExperiment(LanguageModelExperiment[GPTSettings]):
    """Fit a GPT to a text, from random or from published weights, and let it continue others.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: GPTSettings) -> None:
        super().__init__(settings)
        self.sizes: Mapping[str, Any] = {}
        self.weights: Mapping[str, Tensor] = {}
        """As published; empty where training begins with random ones."""

    def load_data(self, report: Report) -> TextDataModule:
        """The text in windows, cut into the tokens of the published weights if training begins with such.

        Tables are often longer than there are tokens, so that their size is round; of these rows nothing is kept.

        Raises:
            ValueError: what is published is no GPT-2, reads fewer than ``num_steps`` tokens, or a file is damaged.
            FileNotFoundError: there is no such name or folder, or a file is missing in it.
        """
        weights, num_steps = self.settings.weights, self.settings.num_steps
        if weights is None:
            return super().load_data(report)
        published = read_published(weights, report=report)
        sizes = gpt2_arguments(published.configuration, published.state, tell=lambda note: report(Progress(note)))
        if num_steps > (most := sizes["max_positions"]):
            raise ValueError(f"num_steps must be at most {most}, as {weights} reads no more, got {num_steps}")
        size = len(published.subwords)
        if "" in (tokens := published.subwords.tokens(range(size))):
            raise ValueError(f"the tokenizer of {weights} must know each id, got no token for {tokens.index('')}")
        self.sizes = {name: sizes[name] for name in sizes if name not in _OF_SETTINGS} | {"positions": "learnt"}
        self.weights = {name: x[:size] if name.endswith(_TABLES) else x for name, x in published.state.items()}
        return text_for(self.settings, report, SubwordTokenizer(published.subwords.to_json()))

    def metadata(self) -> TextMetadata:
        """The tokens, and the published sizes."""
        return TextMetadata(self.data.encoder, self.sizes)

    def build(self) -> None:
        """The network, with the published weights in it, and its task.

        Raises:
            CheckpointError: the weights do not fit; lists what is missing and what is too much.
        """
        super().build()
        if self.weights:
            fit_state_dict(self.model, self.weights, source=str(self.settings.weights), layout=GPT2_LAYOUT)
