"""Optimisers (D2L chapter 12): the library's names, signatures and states, and some that it lacks.

In the equations ``θ`` is a parameter, ``g`` its gradient, ``t`` the number of the step, from 1, and ``lr`` the learning
rate. The library's base class keeps groups and state; a state dict of one side continues on the other. With
``maximize``, ``g`` is minus the gradient. Where the library has no counterpart (``Yogi``, ``Lion``, ``SophiaG``,
``SGDScheduleFree``, ``AdamWScheduleFree``, ``MuonWithAdamW``), tests compare with the papers' equations in NumPy.
"""

from torch.optim import Optimizer as Optimizer

from deepdive.scratch.optim import lr_scheduler as lr_scheduler
from deepdive.scratch.optim.adaptive import Adadelta as Adadelta
from deepdive.scratch.optim.adaptive import Adafactor as Adafactor
from deepdive.scratch.optim.adaptive import Adagrad as Adagrad
from deepdive.scratch.optim.adaptive import Adam as Adam
from deepdive.scratch.optim.adaptive import Adamax as Adamax
from deepdive.scratch.optim.adaptive import AdamW as AdamW
from deepdive.scratch.optim.adaptive import NAdam as NAdam
from deepdive.scratch.optim.adaptive import RAdam as RAdam
from deepdive.scratch.optim.adaptive import RMSprop as RMSprop
from deepdive.scratch.optim.adaptive import SophiaG as SophiaG
from deepdive.scratch.optim.adaptive import SparseAdam as SparseAdam
from deepdive.scratch.optim.adaptive import Yogi as Yogi
from deepdive.scratch.optim.averaging import ExponentialMovingAverage as ExponentialMovingAverage
from deepdive.scratch.optim.lbfgs import LBFGS as LBFGS
from deepdive.scratch.optim.muon import Muon as Muon
from deepdive.scratch.optim.muon_with_adamw import MuonWithAdamW as MuonWithAdamW
from deepdive.scratch.optim.muon_with_adamw import hidden_weights as hidden_weights
from deepdive.scratch.optim.muon_with_adamw import muon_with_adamw as muon_with_adamw
from deepdive.scratch.optim.schedule_free import AdamWScheduleFree as AdamWScheduleFree
from deepdive.scratch.optim.schedule_free import SGDScheduleFree as SGDScheduleFree
from deepdive.scratch.optim.sgd import ASGD as ASGD
from deepdive.scratch.optim.sgd import SGD as SGD
from deepdive.scratch.optim.sign import Lion as Lion
from deepdive.scratch.optim.sign import Rprop as Rprop

__all__ = [
    "ASGD",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "AdamWScheduleFree",
    "Adamax",
    "ExponentialMovingAverage",
    "Lion",
    "Muon",
    "MuonWithAdamW",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SGDScheduleFree",
    "SophiaG",
    "SparseAdam",
    "Yogi",
    "hidden_weights",
    "lr_scheduler",
    "muon_with_adamw",
]
