"""What BERT is put to: pretraining, classes of texts, tags of tokens (D2L sections 15.8.5, 16.6 and 16.7)."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.models.transformers.bert import BERT, mean_pooling
from deepdive.models.transformers.core import initialize_normal, make_activation
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
from deepdive.toolkit import Toolkit

Pooling = Literal["pooler", "mean"]


class PretrainingLogits(NamedTuple):
    """What BERT says in pretraining."""

    tokens: Tensor
    """Logits of the tokens that were hidden."""
    is_next: Tensor
    """Logits ``(b, 2)``: whether the second text follows the first; class 0 is yes."""


@checked
class BERTForPretraining(torch.nn.Module):
    """Two heads: ``logits = E norm(σ(W x_t)) + b`` for hidden tokens, ``W tanh(W_p x_[CLS])`` for the next sentence.

    ``E`` is the table of the tokens' vectors; ``σ`` and the norm's ``eps`` are the encoder's.

    Args:
        bert: the encoder.
        tie_embeddings: whether ``E`` is the encoder's own table.
    """

    def __init__(self, bert: BERT, tie_embeddings: bool = True, *, nn: Toolkit = torch.nn) -> None:
        super().__init__()
        self.bert = bert
        table = bert.embedding.get_parameter("weight")
        self.transform = nn.Sequential(
            nn.Linear(bert.hidden_size, bert.hidden_size),
            make_activation(bert.activation, nn=nn),
            nn.LayerNorm(bert.hidden_size, eps=bert.eps),
        )
        self.output = nn.Linear(bert.hidden_size, len(table))
        self.is_next = nn.Linear(bert.hidden_size, 2)
        initialize_normal(self.transform, nn=nn)
        initialize_normal(self.is_next, nn=nn)
        nn.init.zeros_(self.output.get_parameter("bias"))
        if tie_embeddings:
            self.output.weight = bert.embedding.weight
        else:
            initialize_normal(self.output, nn=nn)

    def forward(
        self,
        tokens: Int64[Tensor, "b t"],
        token_types: Int64[Tensor, "b t"] | None = None,
        lengths: Int64[Tensor, " b"] | None = None,
        masked_positions: Int64[Tensor, " n"] | None = None,
    ) -> PretrainingLogits:
        """Logits of every token ``(b, t, v)``, or of those at ``masked_positions`` of the flat batch, ``(n, v)``.

        There are some eight times fewer hidden tokens than tokens, and the output is the costliest product.
        """
        x = self.bert(tokens, token_types, lengths)
        asked = x if masked_positions is None else x.flatten(0, 1).index_select(0, masked_positions)
        return PretrainingLogits(self.output(self.transform(asked)), self.is_next(self.bert.pooled(x)))


@checked
class BERTClassifier(torch.nn.Module):
    """``W dropout(tanh(W_p x_[CLS])) + b``: classes, or numbers, for a text or a pair of them.

    Args:
        bert: the encoder.
        outputs: numbers to give, or several outputs by name and the numbers of each.
        dropout: probability of dropping an element before the output, 0 to 1.
        pooling: ``pooler`` as above, or ``mean`` of all tokens in place of the pooled vector, for encoders whose pooler
            was never trained.

    Raises:
        ValueError: ``outputs`` is less than 1, ``pooling`` is unknown, or the encoder has no pooler to use.
    """

    def __init__(
        self,
        bert: BERT,
        outputs: int | Mapping[str, int],
        dropout: Probability = 0.1,
        pooling: Pooling = "pooler",
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        widths = outputs if isinstance(outputs, Mapping) else {"output": outputs}
        if not widths or min(widths.values()) < 1:
            raise ValueError(f"outputs must be at least 1, got {outputs}")
        if pooling == "pooler" and bert.pooler is None:
            raise ValueError("pooling is pooler, but bert was made without one")
        self.bert = bert
        self.pooling = pooling
        self.dropout = nn.Dropout(dropout)
        self.named = isinstance(outputs, Mapping)
        self.heads = nn.ModuleDict({name: nn.Linear(bert.hidden_size, width) for name, width in widths.items()})
        initialize_normal(self.heads, nn=nn)

    def forward(
        self, tokens: Int64[Tensor, "b t"], token_types: Int64[Tensor, "b t"], lengths: Int64[Tensor, " b"]
    ) -> Float[Tensor, "b outputs"] | dict[str, Tensor]:
        """Logits of each text; several outputs by their names."""
        x = self.bert(tokens, token_types, lengths)
        whole = self.dropout(self.bert.pooled(x) if self.pooling == "pooler" else mean_pooling(x, lengths))
        said = {name: head(whole) for name, head in self.heads.items()}
        return said if self.named else said["output"]


@checked
class BERTTagger(torch.nn.Module):
    """``W dropout(x_t) + b``: classes, or numbers, for every token; two of them are where an answer begins and ends.

    Args:
        bert: the encoder.
        outputs: numbers to give for each token.
        dropout: probability of dropping an element before the output, 0 to 1.

    Raises:
        ValueError: ``outputs`` is less than 1.
    """

    def __init__(self, bert: BERT, outputs: PositiveInt, dropout: Probability = 0.1, *, nn: Toolkit = torch.nn) -> None:
        super().__init__()
        if outputs < 1:
            raise ValueError(f"outputs must be at least 1, got {outputs}")
        self.bert = bert
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(bert.hidden_size, outputs)
        initialize_normal(self.head, nn=nn)

    def forward(
        self, tokens: Int64[Tensor, "b t"], token_types: Int64[Tensor, "b t"], lengths: Int64[Tensor, " b"]
    ) -> Float[Tensor, "b t outputs"]:
        """Logits of each token."""
        return self.head(self.dropout(self.bert(tokens, token_types, lengths)))
