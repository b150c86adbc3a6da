"""Further metrics: of classes, of ranks, of numbers, by functions, and those of other libraries."""

from deepdive.training.scores.classes import F1 as F1
from deepdive.training.scores.classes import Precision as Precision
from deepdive.training.scores.classes import Recall as Recall
from deepdive.training.scores.functions import FunctionMetric as FunctionMetric
from deepdive.training.scores.numbers import R2 as R2
from deepdive.training.scores.numbers import MeanAbsoluteError as MeanAbsoluteError
from deepdive.training.scores.outside import OutsideMetric as OutsideMetric
from deepdive.training.scores.ranking import AUROC as AUROC
