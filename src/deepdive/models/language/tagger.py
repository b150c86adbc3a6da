"""A tag for every word: a bidirectional network over words and their letters (D2L section 10.4)."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.models.language.encoders import RecurrentEncoder
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, PositiveInt, Probability
from deepdive.toolkit import Toolkit


@checked
class CharacterFeatures(torch.nn.Module):
    """``y = max_j (W * e(c))_j``: the strongest answer of each filter anywhere in a word (Ma and Hovy, 2016).

    Input ``(b, t, c)`` ids of characters, output ``(b, t, width)``. Places of padding, and those outside of the
    word, count as zeros; no answer is taken from them.

    Args:
        vocab_size: characters to tell apart.
        embedding_dim: width of their vectors.
        num_features: filters.
        kernel_size: characters that a filter sees at once, an odd number.
        padding_idx: number of the padding character.

    Raises:
        ValueError: ``kernel_size`` is even.
    """

    def __init__(
        self,
        vocab_size: PositiveInt,
        embedding_dim: PositiveInt = 32,
        num_features: PositiveInt = 64,
        kernel_size: PositiveInt = 3,
        padding_idx: int = 0,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError(f"kernel_size is {kernel_size}; it must be odd, so that a filter has a middle")
        self.padding = padding_idx
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=padding_idx)
        self.filters = nn.Conv2d(embedding_dim, num_features, (1, kernel_size), padding=(0, kernel_size // 2))

    def forward(self, characters: Int64[Tensor, "b t c"]) -> Float[Tensor, "b t width"]:
        """Features of every word."""
        e = self.embedding(characters).permute(0, 3, 1, 2)  # (b, embedding, t, c)
        found = self.filters(e).permute(0, 2, 3, 1)  # (b, t, c, width)
        there = (characters != self.padding).unsqueeze(-1)
        lowest = torch.finfo(found.dtype).min
        features = torch.where(there, found, lowest).amax(dim=2)  # (b, t, width)
        return torch.where(there.any(dim=2), features, 0.0)


@checked
class Tagger(torch.nn.Module):
    """``h = encode([e(x_t); characters_t])``, ``logits_t = W h_t + b``: one of ``num_tags`` for every word.

    Args:
        num_words: words to tell apart.
        num_characters: characters to tell apart.
        num_tags: tags.
        embedding_dim: width of the vectors of words.
        character_features: features of a word's characters, 0 for none.
        hidden_size: width of both directions together.
        num_layers: of recurrent layers.
        cell: ``RNN`` (tanh), ``GRU`` or ``LSTM``.
        dropout: probability of dropping an element, 0 to 1: of features, between layers, before the output.
        padding_idx: number of the padding word and of the padding character.

    Raises:
        ValueError: a size is out of its range, or ``cell`` is unknown.
    """

    def __init__(
        self,
        num_words: PositiveInt,
        num_characters: PositiveInt,
        num_tags: PositiveInt,
        embedding_dim: PositiveInt = 100,
        character_features: NonNegativeInt = 64,
        hidden_size: PositiveInt = 200,
        num_layers: PositiveInt = 1,
        cell: str = "LSTM",
        dropout: Probability = 0.5,
        padding_idx: int = 0,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(num_words, embedding_dim, padding_idx=padding_idx)
        self.characters = (
            CharacterFeatures(num_characters, num_features=character_features, padding_idx=padding_idx, nn=nn)
            if character_features
            else None
        )
        self.dropout = nn.Dropout(dropout)
        self.encoder = RecurrentEncoder(
            embedding_dim + character_features, hidden_size, num_layers, cell, dropout, nn=nn
        )
        self.output = nn.Linear(hidden_size, num_tags)

    def forward(
        self, words: Int64[Tensor, "b t"], lengths: Int64[Tensor, " b"], characters: Int64[Tensor, "b t c"]
    ) -> Float[Tensor, "b t tags"]:
        """Logits of every word's tag; those of padding mean nothing."""
        parts = [self.embedding(words)]
        if self.characters is not None:
            parts.append(self.characters(characters))
        h, _ = self.encoder(self.dropout(torch.cat(parts, dim=-1)), lengths)
        return self.output(self.dropout(h))
