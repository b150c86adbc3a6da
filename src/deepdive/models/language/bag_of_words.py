"""Classes from a bag of words, in whatever order they come (D2L 16.2 pools their vectors)."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt
from deepdive.toolkit import Toolkit


@checked
class BagOfWords(torch.nn.Module):
    """``logits = Σ_t w_t E[x_t] + b``: softmax regression on weighted words.

    ``E`` begins with zeros, so that a word that training has not seen says nothing. It is fastText's classifier with a
    row of ``E`` as wide as there are classes (Joulin et al., 2017).

    Args:
        vocab_size: words (or n-grams) to tell apart, numbered from 0.
        num_classes: classes.

    Raises:
        ValueError: a size is less than 1.

    >>> network = BagOfWords(10, 2)
    >>> network(torch.tensor([[3, 7, 0]]), torch.tensor([[0.8, 0.6, 0.0]])).shape
    torch.Size([1, 2])
    """

    def __init__(self, vocab_size: PositiveInt, num_classes: PositiveInt, *, nn: Toolkit = torch.nn) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, num_classes)
        self.bias = torch.nn.Parameter(torch.zeros(num_classes))
        torch.nn.init.zeros_(self.embedding.get_parameter("weight"))

    def forward(self, words: Int64[Tensor, "b t"], weights: Float[Tensor, "b t"]) -> Float[Tensor, "b classes"]:
        """Logits; what fills up a shorter text has weight 0."""
        return (self.embedding(words) * weights.unsqueeze(-1)).sum(dim=1) + self.bias
