"""What experiments are made of: bases that drive, and the pieces that settings stand for."""

from deepdive.recipes.experiments.experiment import Experiment as Experiment
from deepdive.recipes.experiments.making import make_classification_loss as make_classification_loss
from deepdive.recipes.experiments.making import make_optimizer as make_optimizer
from deepdive.recipes.experiments.making import make_schedule as make_schedule
from deepdive.recipes.experiments.making import make_toolkit as make_toolkit
from deepdive.recipes.experiments.making import make_trainer as make_trainer
from deepdive.recipes.experiments.records import RecordsExperiment as RecordsExperiment
from deepdive.recipes.experiments.sequential import SequentialExperiment as SequentialExperiment
from deepdive.recipes.experiments.sequential_runs import TrainingResult as TrainingResult
from deepdive.recipes.experiments.sequential_runs import TrainingRun as TrainingRun
from deepdive.recipes.experiments.supervised import SupervisedExperiment as SupervisedExperiment
