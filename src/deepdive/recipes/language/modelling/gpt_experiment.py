"""GPT as an experiment: a language model that may begin with published weights and their tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
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
_OF_SETTINGS = "vocabulary_size", "dropout", "attention_dropout", "embedding_dropout"
"""Arguments that the tokens and the settings of a run decide."""


@dataclass(frozen=True)
class PublishedGPT:
    """A GPT-2 as it is published."""

    tokenizer: SubwordTokenizer
    sizes: Mapping[str, Any]
    """Arguments of the network."""
    state: Mapping[str, Tensor]


class GPTExperiment(LanguageModelExperiment[GPTSettings]):
    """Fit a GPT to a text, from the start or from published weights, and let it continue others.

    Raises:
        ValueError: a setting is out of its range.
    """

    published: PublishedGPT | None = None

    def load_data(self, report: Report) -> TextDataModule:
        """The text in windows, cut as the published weights know it."""
        settings = self.settings
        if settings.weights is None:
            return super().load_data(report)
        self.published = published_gpt(settings.weights, settings.num_steps, report)
        return text_for(settings, report, self.published.tokenizer)

    def metadata(self) -> TextMetadata:
        """The tokens, and the published sizes."""
        return TextMetadata(self.data.encoder, {} if self.published is None else self.published.sizes)

    def build(self) -> None:
        """The network, with the published weights in it, and its task.

        Raises:
            CheckpointError: the weights do not fit; lists what is missing and what is too much.
        """
        super().build()
        if self.published is not None:
            source = str(self.settings.weights)
            fit_state_dict(self.model, self.published.state, source=source, layout=GPT2_LAYOUT)


def published_gpt(weights: str, num_steps: int, report: Report) -> PublishedGPT:
    """A named network, or a folder with a GPT-2 as it is published.

    Tables are often longer than there are tokens, so that their size is round; of these rows nothing is kept.

    Raises:
        ValueError: what is published is no GPT-2, reads fewer than ``num_steps`` tokens, or a file is damaged.
        FileNotFoundError: there is no such name or folder, or a file is missing in it.
    """
    published = read_published(weights, report=report)
    sizes = gpt2_arguments(published.configuration, published.state, tell=lambda note: report(Progress(note)))
    sizes = {name: value for name, value in sizes.items() if name not in _OF_SETTINGS}
    sizes["positions"] = "learnt"
    if num_steps > sizes["context"]:
        raise ValueError(f"num_steps must be at most {sizes['context']}, as {weights} reads no more, got {num_steps}")
    size = len(published.subwords)
    if "" in (tokens := published.subwords.pieces(range(size))):
        raise ValueError(f"the tokenizer of {weights} must have an id for each token, got none {tokens.index('')}")
    state = {name: value[:size] if name.endswith(_TABLES) else value for name, value in published.state.items()}
    return PublishedGPT(SubwordTokenizer(published.subwords.to_json()), sizes, state)
