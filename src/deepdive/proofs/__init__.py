"""Proofs that a from-scratch part equals its library twin, and what it costs; printed by ``deepdive prove``."""

from deepdive.proofs.differences import difference as difference
from deepdive.proofs.differences import gradient_difference as gradient_difference
from deepdive.proofs.differences import init_difference as init_difference
from deepdive.proofs.differences import layer_difference as layer_difference
from deepdive.proofs.differences import pair_of as pair_of
from deepdive.proofs.differences import state_difference as state_difference
from deepdive.proofs.nests import differentiable as differentiable
from deepdive.proofs.nests import mapped as mapped
from deepdive.proofs.nests import tensors as tensors
from deepdive.proofs.proving import Proof as Proof
from deepdive.proofs.proving import prove as prove
from deepdive.proofs.rounding import layer_excess as layer_excess
from deepdive.proofs.rounding import rounding_difference as rounding_difference
from deepdive.proofs.updates import optimizer_difference as optimizer_difference
from deepdive.proofs.updates import schedule_difference as schedule_difference
