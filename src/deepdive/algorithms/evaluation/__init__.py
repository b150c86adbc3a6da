"""Scores of predictions; what a test set says, and no longer says once it was used too often (D2L section 4.6)."""

from deepdive.algorithms.evaluation.calibration import Reliability as Reliability
from deepdive.algorithms.evaluation.calibration import reliability as reliability
from deepdive.algorithms.evaluation.class_scores import ClassScores as ClassScores
from deepdive.algorithms.evaluation.class_scores import MeanScores as MeanScores
from deepdive.algorithms.evaluation.class_scores import class_scores as class_scores
from deepdive.algorithms.evaluation.confusion import confusion_matrix as confusion_matrix
from deepdive.algorithms.evaluation.coverage import Coverage as Coverage
from deepdive.algorithms.evaluation.coverage import exact_coverage as exact_coverage
from deepdive.algorithms.evaluation.coverage import simulate_coverage as simulate_coverage
from deepdive.algorithms.evaluation.intervals import INTERVALS as INTERVALS
from deepdive.algorithms.evaluation.intervals import Interval as Interval
from deepdive.algorithms.evaluation.intervals import clopper_pearson_interval as clopper_pearson_interval
from deepdive.algorithms.evaluation.intervals import hoeffding_interval as hoeffding_interval
from deepdive.algorithms.evaluation.intervals import wald_interval as wald_interval
from deepdive.algorithms.evaluation.intervals import wilson_interval as wilson_interval
from deepdive.algorithms.evaluation.regression_scores import RegressionScores as RegressionScores
from deepdive.algorithms.evaluation.regression_scores import regression_scores as regression_scores
from deepdive.algorithms.evaluation.reuse import Holdout as Holdout
from deepdive.algorithms.evaluation.reuse import Ladder as Ladder
from deepdive.algorithms.evaluation.reuse import Reuse as Reuse
from deepdive.algorithms.evaluation.reuse import bonferroni as bonferroni
from deepdive.algorithms.evaluation.reuse import boosting_attack as boosting_attack
from deepdive.algorithms.evaluation.reuse import simulate_reuse as simulate_reuse
from deepdive.algorithms.evaluation.sample_size import hoeffding_test_size as hoeffding_test_size
from deepdive.algorithms.evaluation.sample_size import normal_test_size as normal_test_size
