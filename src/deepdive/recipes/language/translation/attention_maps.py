"""The attention maps of a network that translates, as images."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from deepdive.algorithms.attention import AttentionMap, attention_figure
from deepdive.data.sequences import Ragged
from deepdive.data.translation import Languages
from deepdive.data.translation.sentences import BOS, EOS
from deepdive.figures import to_png, to_svg
from deepdive.files import check_replaceable, write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = 3


@runtime_checkable
class HasAttention(Protocol):
    """A network that gives its attention weights."""

    def attention(self, source: Tensor, lengths: Tensor, target: Tensor) -> Tensor:
        """Weights ``(b, layers, heads, t, s)``: how much of each source token goes into what follows a target token.

        ``source (b, s)`` has ``lengths (b)``; ``target (b, t)`` begins with the token that begins a sentence.
        """
        ...


@torch.inference_mode()
def attention_figures(
    network: nn.Module, languages: Languages, sources: Ragged, translations: Sequence[list[str]]
) -> "list[Figure]":
    """For each source sentence and the words of its translation: the weights of the former for each of the latter.

    Sentences share one figure where there is one layer with one head; else each has its own, with heads side by side
    and layers below each other. There is none where the network has no attention (see `HasAttention`).
    """
    if not isinstance(network, HasAttention):
        return []
    device = next(network.parameters()).device
    alone, figures = list[AttentionMap](), []
    for i, words in enumerate(translations):
        source, before = sources[i], languages.target.vocabulary.ids([BOS, *words])
        inputs = source.unsqueeze(0), torch.tensor([len(source)]), before.unsqueeze(0)
        weights = network.attention(*(each.to(device) for each in inputs))[0].cpu()  # (layers, heads, t, s)
        read, written = languages.source.vocabulary.tokens(source), [*words, EOS]
        if len(weights) == weights.shape[1] == 1:
            alone.append(AttentionMap(weights[0, 0], written, read))
            continue
        maps = [
            AttentionMap(head, written, read, f"layer {i}, head {j}")
            for i, layer in enumerate(weights, start=1)
            for j, head in enumerate(layer, start=1)
        ]
        figures.append(attention_figure(maps, columns=weights.shape[1]))
    return [attention_figure(alone, _COLUMNS)] if alone else figures


def write_figures(path: Path, figures: "Sequence[Figure]", *, replace: bool = True) -> list[Path]:
    """Write each figure to ``path``, a PNG or an SVG; several are numbered.

    Raises:
        FileExistsError: one is there already and ``replace`` is false, or is no plain file; none is written then.
        ValueError: the name ends with something else.
    """
    kinds = {".png": to_png, ".svg": to_svg}
    if path.suffix not in kinds:
        raise ValueError(f"image is {path}; its name must end with {' or '.join(kinds)}")
    several = len(figures) != 1
    paths = [path.with_stem(f"{path.stem}-{i}") if several else path for i in range(1, len(figures) + 1)]
    for each in paths:
        check_replaceable(each, replace=replace)
    for each, figure in zip(paths, figures, strict=True):
        write_atomically(each, kinds[path.suffix](figure), replace=replace)
    return paths
