"""How well outputs rank examples, whatever the threshold."""

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Shaped
from torch import Tensor

from deepdive.algorithms.evaluation import auroc
from deepdive.targets import IGNORED
from deepdive.training.metrics import Metric
from deepdive.training.scores.targets import class_numbers, one_per_example


class AUROC(Metric):
    """Area under the receiver operating characteristic: the chance that a positive example outranks a negative one.

    ``AUROC = P(s_i > s_j) + P(s_i = s_j) / 2``, see `deepdive.algorithms.evaluation.auroc`; 1/2 is chance. With one
    output per example, or two, positive is class 1; with more, it is the mean over classes of one against the rest,
    as scikit-learn's ``roc_auc_score(multi_class="ovr")`` has it, without the classes that are never or always true.
    It keeps every output until it is computed.

    Outputs are as of the other scores of classes, see `ClassMetric`; of more than two classes they are logits or
    logarithms of probabilities, since classes are ranked by their probabilities.

    >>> metric = AUROC()
    >>> metric.update(torch.tensor([0.9, 0.4, 0.4, 0.1]), torch.tensor([1, 1, 0, 0]))
    >>> metric.compute().item()
    0.875

    Raises:
        TypeError: from ``update``, outputs are not floating-point, or targets are not integers.
        ValueError: from ``update``, the shapes do not fit, or a target is out of range.
    """

    higher_is_better = True

    def __init__(self) -> None:
        super().__init__()
        self._outputs: list[Tensor] = []
        self._targets: list[Tensor] = []

    @property
    def state(self) -> dict[str, Tensor]:
        """All outputs ``(m, classes)`` and class numbers ``(m,)`` so far."""
        if not self._outputs:
            return {}
        return {"outputs": torch.cat(self._outputs), "targets": torch.cat(self._targets)}

    def load_state(self, saved: Mapping[str, Any]) -> None:
        """Go back to a saved ``state``."""
        self.reset()
        if saved:
            self._outputs, self._targets = [saved["outputs"].clone()], [saved["targets"].clone()]

    def to(self, device: torch.device) -> None:
        """Keep what there is on this device."""
        self._outputs = [each.to(device) for each in self._outputs]
        self._targets = [each.to(device) for each in self._targets]

    def reset(self) -> None:
        """Forget every output."""
        self._outputs, self._targets = [], []

    def update(self, outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> None:
        """Add a batch."""
        self._targets.append(class_numbers(outputs, targets).clone())
        width = 1 if one_per_example(outputs) else outputs.shape[1]
        flat = outputs if width == 1 else outputs.movedim(1, -1)
        self._outputs.append(flat.detach().reshape(-1, width).clone())  # (m, classes)

    def compute(self) -> Tensor:
        """The area; NaN of nothing, of one class alone, or if an output is NaN."""
        if not self._outputs:
            return torch.tensor(torch.nan, dtype=torch.float64)
        o, y = torch.cat(self._outputs).cpu().double(), torch.cat(self._targets).cpu()
        o, y = o[y != IGNORED], y[y != IGNORED]
        if o.shape[1] <= 2:
            return auroc(o[:, -1] - (o[:, 0] if o.shape[1] == 2 else 0), y == 1)
        classes = torch.arange(o.shape[1])
        areas = auroc(o.softmax(1), y.unsqueeze(1) == classes)
        mixed = torch.isin(classes, y) & (y.unsqueeze(1) != classes).any(0)
        return areas[mixed].mean()
