"""Optimisers, losses and metrics as a user chooses them: by name, by class, as a function or as an object."""

from deepdive.training.choices.losses import LossChoice as LossChoice
from deepdive.training.choices.losses import choose_loss as choose_loss
from deepdive.training.choices.losses import of_binary_classes as of_binary_classes
from deepdive.training.choices.metrics import MetricChoices as MetricChoices
from deepdive.training.choices.metrics import choose_metrics as choose_metrics
from deepdive.training.choices.named_optimizers import muon as muon
from deepdive.training.choices.named_optimizers import named_optimizer as named_optimizer
from deepdive.training.choices.named_schedules import named_schedule as named_schedule
from deepdive.training.choices.optimizers import OptimizerChoice as OptimizerChoice
from deepdive.training.choices.optimizers import ScheduleChoice as ScheduleChoice
from deepdive.training.choices.optimizers import choose_optimizer as choose_optimizer
from deepdive.training.choices.optimizers import choose_schedule as choose_schedule
from deepdive.training.choices.optimizers import make_optimizer as make_optimizer
from deepdive.training.choices.optimizers import make_schedule as make_schedule
