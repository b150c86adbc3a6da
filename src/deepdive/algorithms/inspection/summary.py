"""What a network is made of: its layers, their output shapes, parameters and operations."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.nn.utils.rnn import PackedSequence

from deepdive.algorithms.inspection.flops import FlopCount
from deepdive.algorithms.inspection.table import LayerCall, Summary, recurrent_note
from deepdive.signatures import checked

Inputs = Tensor | tuple[Any, ...] | Mapping[str, Any]
"""One input, several in their order, or several by name; each may be a nest of tensors."""


@checked
def summary(network: nn.Module, inputs: Inputs, *, device: torch.device | str = "meta") -> Summary:
    """The layers of ``network`` in the order in which these inputs reach them.

    One line per call, so a layer that is shared and called twice has two; its parameters count at the first. A line
    counts what is the layer's own, not what lies in the layers inside it, so that every column adds up. Parameters
    without a call of their module (used by another one, or not at all) have a line of their own.

    Nothing happens to the network: a copy of it is run, in evaluation mode. On the device ``meta`` that copy has
    shapes but no numbers, so that a network of any size costs nothing, wherever it lies; sizes that lazy layers do not
    know yet are read off the inputs. A network whose path depends on values, or that makes tensors on a device of its
    own, needs a real one.

    Args:
        network: any module.
        inputs: what it is called with; only shapes and types matter on ``meta``.
        device: where the copy runs.

    Raises:
        ValueError: the network cannot be run on these inputs, or not on this device; says why.
    """
    device = torch.device(device)
    # Drawing the weights of lazy layers must not move the user's generators.
    with torch.random.fork_rng(), torch.inference_mode(False), torch.no_grad():
        twin, arguments = _copy(network, device).eval(), _moved(inputs, device)
        listener = _Listener(twin)
        try:
            with listener.flops:
                _call(twin, arguments)
        except Exception as error:
            hint = "; if it needs values or a device of its own, give device='cpu'" if device.type == "meta" else ""
            raise ValueError(
                f"network {type(network).__name__} does not run on these inputs: {str(error).strip()}{hint}"
            ) from error
    return Summary(type(network).__name__, (*listener.lines(),))


def _call(network: nn.Module, arguments: Inputs) -> None:
    if isinstance(arguments, Mapping):
        network(**arguments)
    else:
        network(*(arguments if isinstance(arguments, tuple) else (arguments,)))


def _copy(network: nn.Module, device: torch.device) -> nn.Module:
    """A copy on the device that shares nothing; onto ``meta`` no number is copied on the way."""
    if device.type != "meta":
        return copy.deepcopy(network).to(device)
    known: dict[int, Any] = {}
    for module in network.modules():
        for tensor in (*module._parameters.values(), *module._buffers.values(), *vars(module).values()):
            if isinstance(tensor, Tensor):
                known.setdefault(id(tensor), _without_numbers(tensor))
    return copy.deepcopy(network, known)


def _without_numbers(tensor: Tensor) -> Tensor:
    if is_lazy(tensor):
        return type(tensor)(tensor.requires_grad, device="meta", dtype=tensor.dtype)  # pyright: ignore[reportCallIssue]
    empty = torch.empty_like(tensor, device="meta", requires_grad=False)
    return nn.Parameter(empty, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else empty


def _moved(value: Any, device: torch.device) -> Any:
    if isinstance(value, Tensor):
        return torch.empty_like(value, device=device) if device.type == "meta" else value.detach().to(device)
    if isinstance(value, Mapping):
        return {key: _moved(inner, device) for key, inner in value.items()}
    if isinstance(value, PackedSequence):  # its sizes are numbers that a layer reads
        return PackedSequence(_moved(value.data, device), *value[1:])
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_moved(inner, device) for inner in value))
    if isinstance(value, list | tuple):
        return type(value)(_moved(inner, device) for inner in value)
    return value


class _Listener:
    """Writes a line whenever a module has been called; lines stand where their calls began."""

    def __init__(self, network: nn.Module) -> None:
        self.flops = FlopCount()
        self._network = network
        self._names = {module: name for name, module in network.named_modules()}
        self._open: list[tuple[int, int, int]] = []
        """Of every call under way: its line, the operations before it, and those of the calls inside it."""
        self._lines: list[LayerCall | None] = []
        self._called: set[nn.Module] = set()
        self._counted: set[Tensor] = set()
        for module in self._names:
            module._forward_hooks.clear()  # the user's own would see a call that is none
            module.register_forward_pre_hook(self._enter)
            module.register_forward_hook(self._leave)

    def lines(self) -> Iterator[LayerCall]:
        """The calls, then the parameters of modules without a call."""
        yield from (line for line in self._lines if line is not None)
        for module, name in self._names.items():
            if module not in self._called and any(p not in self._counted for p in module.parameters(recurse=False)):
                yield self._line(module, name, (), 0, leaf=False)

    def _enter(self, module: nn.Module, _: Any) -> None:
        self._open.append((len(self._lines), self.flops.total, 0))
        self._lines.append(None)

    def _leave(self, module: nn.Module, _: Any, output: Any) -> None:
        place, before, inside = self._open.pop()
        whole = self.flops.total - before
        if self._open:
            line, start, others = self._open[-1]
            self._open[-1] = (line, start, others + whole)
        leaf = place == len(self._lines) - 1
        self._lines[place] = self._line(module, self._names[module], (*_tensors(output),), whole - inside, leaf=leaf)

    def _line(self, module: nn.Module, name: str, outputs: tuple[Tensor, ...], flops: int, *, leaf: bool) -> LayerCall:
        repeated = module in self._called
        self._called.add(module)
        new = [p for p in module.parameters(recurse=False) if p not in self._counted]
        self._counted.update(new)
        return LayerCall(
            name=name,
            kind=type(module).__name__,
            output_shapes=tuple(tuple(y.shape) for y in outputs),
            parameters=sum(p.numel() for p in new),
            trainable=sum(p.numel() for p in new if p.requires_grad),
            flops=flops,
            parameter_bytes=sum(p.numel() * p.element_size() for p in new),
            buffer_bytes=0 if repeated else sum(b.numel() * b.element_size() for b in module.buffers(recurse=False)),
            output_bytes=sum(y.numel() * y.element_size() for y in outputs) if leaf else 0,
            repeated=repeated,
            note=recurrent_note(module),
        )


def _tensors(value: Any) -> Iterator[Tensor]:
    """The tensors of a nest, each once; of a packed sequence its data."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, PackedSequence):
        yield value.data
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _tensors(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _tensors(inner)
