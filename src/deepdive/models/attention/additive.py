"""Additive attention (D2L section 11.3.4; Bahdanau et al., 2015)."""

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.algorithms.attention import Allowed, masked_softmax
from deepdive.algorithms.attention.masks import check_batches
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
from deepdive.toolkit import Toolkit


@checked
class AdditiveAttention(torch.nn.Module):
    """``a_qk = w · tanh(W_q q + W_k k)``, ``y_q = Σ_k softmax(a_q)_k v_k``: a perceptron scores query and key.

    Both may have widths of their own. ``W_k k`` does not depend on the query: who asks step after step computes it once
    with ``project`` and then calls ``attend``.

    Args:
        query_size: of the queries.
        key_size: of the keys.
        hidden_size: units of the perceptron.
        dropout: dropout probability of the weights, 0 to 1.

    Raises:
        ValueError: a size is less than 1.
    """

    def __init__(
        self,
        query_size: PositiveInt,
        key_size: PositiveInt,
        hidden_size: PositiveInt,
        dropout: Probability = 0.0,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        self.query = nn.Linear(query_size, hidden_size, bias=False)
        self.key = nn.Linear(key_size, hidden_size, bias=False)
        self.score = nn.Linear(hidden_size, 1, bias=False)
        self.dropout = nn.Dropout(dropout)
        self.tanh = nn.Tanh()
        self.softmax = nn.Softmax(dim=-1)

    def forward(
        self,
        queries: Float[Tensor, "b q query_size"],
        keys: Float[Tensor, "b k key_size"],
        values: Float[Tensor, "b k v"],
        allowed: Allowed | None = None,
    ) -> Float[Tensor, "b q v"]:
        """What each query gathers of the values of the keys it may attend to; zeros if there is none.

        Raises:
            ValueError: ``allowed`` is no mask and no lengths that fit ``(b, q, k)``; batches differ.
        """
        check_batches(queries, keys, values)
        y, _ = self.attend(queries, self.project(keys), values, allowed)
        return y

    def weights(
        self,
        queries: Float[Tensor, "b q query_size"],
        keys: Float[Tensor, "b k key_size"],
        allowed: Allowed | None = None,
    ) -> Float[Tensor, "b q k"]:
        """How much each query attends to each key, before any dropout."""
        return self._weights(queries, self.project(keys), allowed)

    def project(self, keys: Float[Tensor, "b k key_size"]) -> Float[Tensor, "b k hidden"]:
        """``W_k k``, the same for every query."""
        return self.key(keys)

    def attend(
        self,
        queries: Float[Tensor, "b q query_size"],
        projected: Float[Tensor, "b k hidden"],
        values: Float[Tensor, "b k v"],
        allowed: Allowed | None = None,
    ) -> tuple[Float[Tensor, "b q v"], Float[Tensor, "b q k"]]:
        """What each query gathers, and the weights (before dropout), given what ``project`` made of the keys."""
        weights = self._weights(queries, projected, allowed)
        return self.dropout(weights) @ values, weights

    def _weights(self, queries: Tensor, projected: Tensor, allowed: Allowed | None) -> Tensor:
        hidden = self.tanh(self.query(queries).unsqueeze(2) + projected.unsqueeze(1))  # (b, q, k, hidden)
        return masked_softmax(self.score(hidden).squeeze(3), allowed, softmax=self.softmax)
