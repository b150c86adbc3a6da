"""Where a network that translates looks in the sentence while it writes, as pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

import torch
from torch import Tensor, nn

from deepdive.algorithms.attention import AttentionMap, attention_figure
from deepdive.data.sequences import Ragged
from deepdive.data.translation import SentenceEncoder
from deepdive.data.translation.sentences import BOS, EOS
from deepdive.figures import to_png, to_svg
from deepdive.files import check_replaceable, write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = 3


@runtime_checkable
class Looking(Protocol):
    """A network that can say where it looks."""

    def attention(self, source: Tensor, lengths: Tensor, target: Tensor) -> Tensor:
        """Weights ``(b, layers, heads, t, s)``: how much of each source token goes into what follows a target token.

        ``source (b, s)`` has ``lengths (b)``; ``target (b, t)`` begins with the token that begins a sentence.
        """
        ...


def attention_figures(
    network: nn.Module, source: SentenceEncoder, target: SentenceEncoder, sentences: Ragged, said: Sequence[list[str]]
) -> "list[Figure]":
    """For each sentence and what the network said of it, where each word that was written looked in what was read.

    Sentences share one figure where there is one layer with one head; else each has its own, with heads side by side
    and layers below each other. There is none where the network has no attention (see `Looking`).

    Args:
        network: whether it has attention or not.
        source: numbers of the language that is read.
        target: numbers of the language that is written.
        sentences: as the network gets them.
        said: the words of each translation.
    """
    if not isinstance(network, Looking):
        return []
    alone, figures = list[AttentionMap](), []
    for i, words in enumerate(said):
        weights = _weights(network, target, sentences[i], words)
        read, written = source.vocabulary.tokens(sentences[i]), [*words, EOS]
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
        raise ValueError(f"picture is {path}; its name must end with {' or '.join(kinds)}")
    if len(figures) == 1:
        paths = [path]
    else:
        paths = [path.with_stem(f"{path.stem}-{i}") for i in range(1, len(figures) + 1)]
    for each in paths:
        check_replaceable(each, replace=replace)
    for each, figure in zip(paths, figures, strict=True):
        write_atomically(each, kinds[path.suffix](figure), replace=replace)
    return paths


@torch.inference_mode()
def _weights(network: Looking, target: SentenceEncoder, sentence: Tensor, said: list[str]) -> Tensor:
    """Weights ``(layers, heads, t, s)`` where each word of ``said``, and the end, is written."""
    place = next(cast(nn.Module, network).parameters()).device
    before = target.vocabulary.ids([BOS, *said]).unsqueeze(0).to(place)
    length = torch.tensor([len(sentence)], device=place)
    return network.attention(sentence.unsqueeze(0).to(place), length, before)[0].cpu()
