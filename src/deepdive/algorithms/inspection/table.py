"""The lines of a summary, their sums, and how they are shown."""

import io
from dataclasses import dataclass

from torch import nn

from deepdive.checks import check_bounds
from deepdive.names import printable
from deepdive.signatures import checked

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LayerCall:
    """One call of a layer, and what is the layer's own in it."""

    name: str
    """Where it lies in the network, e.g. ``net.0``; empty for the network itself."""
    kind: str
    """Its class."""
    output_shapes: tuple[Shape, ...]
    """Of all tensors it returns; empty where it was not called but has parameters."""
    parameters: int
    trainable: int
    """Those that a gradient moves."""
    flops: int
    """A multiply and its add are two; only products count."""
    parameter_bytes: int
    buffer_bytes: int
    output_bytes: int
    """Of a layer without layers inside; what a backward pass keeps is of this size."""
    repeated: bool
    """Whether the layer was called before; its parameters have been counted then."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The layers of a network in the order of their calls."""

    network: str
    layers: tuple[LayerCall, ...]

    @property
    def parameters(self) -> int:
        """Every one counted once, however many names it has."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def trainable(self) -> int:
        """Parameters that a gradient moves."""
        return sum(layer.trainable for layer in self.layers)

    @property
    def flops(self) -> int:
        """Of one forward pass of these inputs; a backward pass costs about twice as much."""
        return sum(layer.flops for layer in self.layers)

    @property
    def bytes(self) -> dict[str, int]:
        """Of ``parameters``, ``buffers`` and layers' ``outputs``."""
        return {
            "parameters": sum(layer.parameter_bytes for layer in self.layers),
            "buffers": sum(layer.buffer_bytes for layer in self.layers),
            "outputs": sum(layer.output_bytes for layer in self.layers),
        }

    def facts(self) -> dict[str, str]:
        """The sums, for a reader."""
        sizes = self.bytes
        fixed = self.parameters - self.trainable
        return {
            "parameters": f"{self.parameters:,}" + (f" ({fixed:,} of them fixed)" if fixed else ""),
            "operations": f"{self.flops:,} FLOPs forward",
            "memory": f"{_memory(sizes['parameters'] + sizes['buffers'])} of weights, {_memory(sizes['outputs'])} of "
            "layer outputs",
        }

    def rows(self) -> list[dict[str, object]]:
        """One mapping per line, the columns in order; what is 0 stays empty."""
        return [
            {
                "layer": layer.name or "(all)",
                "type": layer.kind + (" (again)" if layer.repeated else ""),
                "output": _shapes(layer.output_shapes) if layer.output_shapes else "not called",
                "parameters": f"{layer.parameters:,}" if layer.parameters else "",
                "FLOPs": f"{layer.flops:,}" if layer.flops else "",
            }
            for layer in self.layers
        ]

    def notes(self) -> list[str]:
        """What needs an explanation, each once."""
        return list(dict.fromkeys(f"{layer.name or layer.kind}: {layer.note}" for layer in self.layers if layer.note))

    def __str__(self) -> str:
        """A table for a terminal."""
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table

        table = Table(title=self.network, box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
        rows = self.rows()
        for column in ("layer", "type", "output", "parameters", "FLOPs"):
            table.add_column(column, justify="right" if column in ("parameters", "FLOPs") else "left", no_wrap=True)
        for row in rows:
            table.add_row(*map(printable, row.values()))
        text = io.StringIO()
        console = Console(file=text, width=1000, color_system=None, markup=False, emoji=False, highlight=False)
        console.print(table)
        lines = [f"{name}: {value}" for name, value in self.facts().items()] + self.notes()
        return "\n".join([*(line.rstrip() for line in text.getvalue().splitlines() if line.strip()), *lines])


@checked
def recurrent_parameters(
    gates: int, input_size: int, hidden_size: int, *, num_layers: int = 1, bidirectional: bool = False, biases: int = 1
) -> int:
    """``gates (d h + h² + biases h)`` per layer and direction, with ``d`` inputs and ``h`` hidden units.

    4 gates are an LSTM (D2L section 10.1), 3 a GRU (10.2), 1 a plain recurrent layer (9.5). The equations have one
    bias per gate; the library keeps two, one with the inputs and one with the state, of which only the sum matters
    (a GRU's candidate excepted, where the reset gate stands before the second): ``biases=2`` is its count. Layers after
    the first have the outputs of the one before as inputs, of both directions where there are two.

    Raises:
        ValueError: a number is less than 1, or ``biases`` is not 0, 1 or 2.
    """
    for name, value in (
        ("gates", gates),
        ("input_size", input_size),
        ("hidden_size", hidden_size),
        ("num_layers", num_layers),
    ):
        check_bounds(name, value, 1)
    check_bounds("biases", biases, 0, 2)
    directions = 2 if bidirectional else 1
    widths = [input_size, *[directions * hidden_size] * (num_layers - 1)]
    return sum(directions * gates * (d * hidden_size + hidden_size**2 + biases * hidden_size) for d in widths)


@checked
def recurrent_note(module: nn.Module) -> str:
    """Why a recurrent layer or cell of a toolkit has more parameters than its equations; empty for other modules."""
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}.get(type(module).__name__.removesuffix("Cell"))
    d, h = (getattr(module, name, None) for name in ("input_size", "hidden_size"))
    if gates is None or not isinstance(d, int) or not isinstance(h, int):
        return ""
    shape = {"num_layers": getattr(module, "num_layers", 1), "bidirectional": getattr(module, "bidirectional", False)}
    if sum(p.numel() for p in module.parameters()) != recurrent_parameters(gates, d, h, biases=2, **shape):
        return ""
    count = recurrent_parameters(gates, d, h, **shape)
    formula = "dh + h² + h" if gates == 1 else f"{gates}(dh + h² + h)"
    return f"the equations' {formula} gives {count:,} parameters; the library has a second bias per gate"


def _shapes(shapes: tuple[Shape, ...]) -> str:
    return ", ".join("×".join(map(str, shape)) or "scalar" for shape in shapes)


def _memory(size: int | float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
