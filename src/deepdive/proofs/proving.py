"""One row after the other of the table of proofs, as ``deepdive prove`` prints them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import nn

from deepdive.names import suggestion
from deepdive.proofs.differences import (
    gradient_difference,
    init_difference,
    layer_difference,
    pair_of,
    some_gradients,
    state_difference,
)
from deepdive.proofs.timing import one_pass, one_thread, time_ratio
from deepdive.proofs.updates import (
    optimizer_difference,
    schedule_difference,
    set_gradients,
    small_problem,
    small_step,
)
from deepdive.twins import TWINS, FunctionTwin, GradientTwin, InitTwin, LayerTwin, OptimizerTwin, ScheduleTwin

_IN_PLACE = "updates in place"
_SIZES = ((256, 784), (256,), (10, 256), (10,))
"""Of the parameters of a small network."""


@dataclass(frozen=True)
class Proof:
    """One row of the result; differences are relative to the largest value, at least 1."""

    name: str
    twin: str
    max_output_difference: float
    """Of layers and functions in single precision, as they are used."""
    max_gradient_difference: float | None
    """In double precision: in single, rounding decides on which side of a kink a value falls, as with ReLU at 0.

    ``None`` where nothing is differentiated.
    """
    tolerance: float
    """Of outputs."""
    eager_ratio: float | None = None
    """Our CPU time on one thread by the library's; ``None`` where time does not matter."""
    compiled_ratio: float | None = None
    """The same with our side compiled."""
    reason: str = ""
    """Why there is no compiled ratio."""
    gradient_tolerance: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the two sides agree."""
        gradients_agree = (self.max_gradient_difference or 0.0) <= self.gradient_tolerance
        return self.max_output_difference <= self.tolerance and gradients_agree


def prove(name: str | None = None) -> Iterator[Proof]:
    """Compare one name of ``deepdive.scratch``, or all, with the library; proofs come as they are made.

    Raises:
        ValueError: there is no such name; says which come close.
    """
    if name is not None and name not in TWINS:
        raise ValueError(f"there is no proof named {name!r}{suggestion(name, TWINS)}")
    return (_prove(each) for each in ([name] if name else TWINS))


@one_thread()
def _prove(name: str) -> Proof:
    match TWINS[name]:
        case LayerTwin() as twin:
            path = "library layers" if name[0].isupper() and not hasattr(nn, name) else _path(twin.theirs)
            return _prove_layer(name, path, twin)
        case FunctionTwin() as twin:
            return _prove_layer(name, _path(twin.theirs), twin.as_layers())
        case InitTwin() as twin:
            return Proof(name, _path(twin.theirs), init_difference(twin), None, tolerance=0.0)
        case GradientTwin() as twin:
            difference = max(gradient_difference(twin, arguments) for arguments in twin.arguments)
            return Proof(
                name, _path(twin.theirs), difference, None, twin.tolerance, _gradient_ratio(twin), reason=_IN_PLACE
            )
        case OptimizerTwin() as twin:
            difference = max(optimizer_difference(twin, arguments) for arguments in twin.arguments)
            ratio = optimizer_ratio(twin)
            return Proof(name, _path(twin.theirs), difference, None, twin.tolerance, ratio, reason=_IN_PLACE)
        case ScheduleTwin() as twin:
            difference = max(schedule_difference(twin, arguments) for arguments in twin.arguments)
            return Proof(name, _path(twin.theirs), difference, None, twin.tolerance)


def _prove_layer(name: str, path: str, twin: LayerTwin) -> Proof:
    outputs, gradients = [], []
    for found, dtype in ((outputs, torch.float32), (gradients, torch.float64)):
        found += [layer_difference(twin, case, dtype) for case in twin.cases]
        if twin.stateful:
            found += [state_difference(twin, case, dtype) for case in twin.cases[1:]]
    proof = Proof(
        name,
        path,
        max(output for output, _ in outputs),
        max(gradient for _, gradient in gradients),
        twin.single,
        gradient_tolerance=twin.double,
    )
    theirs, ours, inputs = pair_of(twin, twin.cases[0], torch.float32)
    library = one_pass(theirs, inputs, list(theirs.parameters()))
    proof = replace(proof, eager_ratio=time_ratio(one_pass(ours, inputs, list(ours.parameters())), library))
    if not twin.compiled:
        return replace(proof, reason=twin.uncompiled)
    try:
        compiled = one_pass(torch.compile(ours, fullgraph=True), inputs, list(ours.parameters()))
        compiled()
    except Exception as error:  # no C++ compiler, or a platform without torch.compile: the proof stands without it
        return replace(proof, reason=f"torch.compile: {(str(error).strip() or type(error).__name__).splitlines()[0]}")
    finally:
        torch.compiler.reset()
    return replace(proof, compiled_ratio=time_ratio(compiled, library))


def optimizer_ratio(twin: OptimizerTwin) -> float:
    """Time of our update by the library's, on the parameters of a small network."""
    steps = []
    for make in (twin.ours, twin.theirs):
        parameters, optimizer = small_problem(make, twin.arguments[1], sizes=_SIZES, problem=twin.problem)
        if twin.problem == "closure":
            steps.append(partial(small_step, parameters, optimizer, 0, "closure"))
            continue
        set_gradients(parameters, 0, rows=twin.problem == "rows")
        steps.append(optimizer.step)
    return time_ratio(steps[0], steps[1])


def _gradient_ratio(twin: GradientTwin) -> float:
    """Time of our change of gradients by the library's, on the parameters of a small network."""
    ours, theirs = (partial(change, some_gradients(_SIZES), **twin.arguments[0]) for change in (twin.ours, twin.theirs))
    return time_ratio(ours, theirs)


def _path(twin: Any) -> str:
    return f"{twin.__module__}.{twin.__qualname__}"
