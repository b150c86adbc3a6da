"""What a report says of predictions: parts that any experiment names, and the baselines beside them."""

from deepdive.recipes.reports.classification import ClassEvaluation as ClassEvaluation
from deepdive.recipes.reports.evaluation import Baseline as Baseline
from deepdive.recipes.reports.evaluation import Baselines as Baselines
from deepdive.recipes.reports.evaluation import Evaluation as Evaluation
from deepdive.recipes.reports.folds import Fold as Fold
from deepdive.recipes.reports.named import NamedEvaluation as NamedEvaluation
from deepdive.recipes.reports.named import constant_accuracy as constant_accuracy
from deepdive.recipes.reports.regression import NumberEvaluation as NumberEvaluation
from deepdive.recipes.reports.tokens import TokenEvaluation as TokenEvaluation
