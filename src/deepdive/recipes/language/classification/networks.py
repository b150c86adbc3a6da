"""From the network that is asked for to the experiment that trains it, with the settings that suit it."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from deepdive.data.progress import Report
from deepdive.data.sentences import SentenceSplits
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.language.bert.recipes import BertClassifySettings
from deepdive.recipes.language.bert.texts import TextExperiment
from deepdive.recipes.language.classification.bag import BagOfWordsExperiment
from deepdive.recipes.language.classification.classify_text import ClassifyTextSettings
from deepdive.recipes.language.classification.sources import new_texts, read_labelled_texts
from deepdive.recipes.settings import OptimizerSettings

_SUITED = {"bag-of-words": (0.1, 0.1), "minilm": (3e-4, 0.01)}
"""Learning rate and weight decay where they are not given."""
_EPOCHS = 4
"""Of an encoder."""


def text_classifier(settings: ClassifyTextSettings) -> Experiment[Any]:
    """The experiment of the network that the settings name."""
    lr, decay = _SUITED[settings.network]
    given = settings.optimizer
    optimizer = replace(
        given,
        lr=lr if given.lr is None else given.lr,
        weight_decay=decay if given.weight_decay is None else given.weight_decay,
    )
    settings = replace(settings, optimizer=optimizer)
    if settings.network == "bag-of-words":
        return BagOfWordsExperiment(settings)
    return EncoderExperiment(replace(settings, epochs=settings.epochs or _EPOCHS))


class EncoderExperiment(TextExperiment):
    """Fine-tune a published encoder, as `bert-classify` does, on texts of any file or folder."""

    def __init__(self, settings: ClassifyTextSettings) -> None:
        known = {each.name for each in fields(BertClassifySettings)} - {"optimizer"}
        shared = {name: value for name, value in vars(settings).items() if name in known}
        super().__init__(BertClassifySettings(**shared, optimizer=_plain(settings.optimizer)))
        self.chosen = settings

    def read(self, report: Report) -> SentenceSplits:
        """The texts of a data set, file or folder."""
        return read_labelled_texts(self.chosen, report)

    def texts_of(self, path: Path) -> list[str]:
        """The texts of a file, as those of a bag of words."""
        return new_texts(path, self.chosen)


def _plain(settings: OptimizerSettings) -> OptimizerSettings:
    return OptimizerSettings(**{each.name: getattr(settings, each.name) for each in fields(OptimizerSettings)})
