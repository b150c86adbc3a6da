"""Learning-rate schedules (D2L section 12.11): the library's, and some that it lacks.

They work with any optimiser in the library's style. In the equations ``t`` is ``last_epoch``, the number of steps so
far, and ``base_lr`` the rate that the optimiser was made with.
"""

from deepdive.scratch.optim.lr_scheduler.base import LRScheduler as LRScheduler
from deepdive.scratch.optim.lr_scheduler.composed import ChainedScheduler as ChainedScheduler
from deepdive.scratch.optim.lr_scheduler.composed import SequentialLR as SequentialLR
from deepdive.scratch.optim.lr_scheduler.cosine import CosineAnnealingLR as CosineAnnealingLR
from deepdive.scratch.optim.lr_scheduler.cosine import CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts
from deepdive.scratch.optim.lr_scheduler.cycles import CyclicLR as CyclicLR
from deepdive.scratch.optim.lr_scheduler.cycles import OneCycleLR as OneCycleLR
from deepdive.scratch.optim.lr_scheduler.factors import ConstantLR as ConstantLR
from deepdive.scratch.optim.lr_scheduler.factors import ExponentialLR as ExponentialLR
from deepdive.scratch.optim.lr_scheduler.factors import LambdaLR as LambdaLR
from deepdive.scratch.optim.lr_scheduler.factors import LinearLR as LinearLR
from deepdive.scratch.optim.lr_scheduler.factors import MultiplicativeLR as MultiplicativeLR
from deepdive.scratch.optim.lr_scheduler.factors import MultiStepLR as MultiStepLR
from deepdive.scratch.optim.lr_scheduler.factors import PolynomialLR as PolynomialLR
from deepdive.scratch.optim.lr_scheduler.factors import StepLR as StepLR
from deepdive.scratch.optim.lr_scheduler.plateau import ReduceLROnPlateau as ReduceLROnPlateau
from deepdive.scratch.optim.lr_scheduler.warmup import WarmupLR as WarmupLR
from deepdive.scratch.optim.lr_scheduler.warmup import WarmupStableDecayLR as WarmupStableDecayLR

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
    "WarmupLR",
    "WarmupStableDecayLR",
]
