"""Tasks whose outputs are sequences of tokens."""

from deepdive.targets import IGNORED as IGNORED
from deepdive.training.sequences.language_modelling import LanguageModelling as LanguageModelling
from deepdive.training.sequences.masked import MaskedLanguageModelling as MaskedLanguageModelling
from deepdive.training.sequences.metrics import EntityF1 as EntityF1
from deepdive.training.sequences.metrics import Perplexity as Perplexity
from deepdive.training.sequences.metrics import TokenAccuracy as TokenAccuracy
from deepdive.training.sequences.spans import SpanAccuracy as SpanAccuracy
from deepdive.training.sequences.spans import SpanSelection as SpanSelection
from deepdive.training.sequences.tokens import TokenClassification as TokenClassification
from deepdive.training.sequences.translation import Translation as Translation
