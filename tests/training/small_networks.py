"""Networks of every shape of input and output that tasks expect, as small as can be."""

from types import SimpleNamespace

from torch import Tensor, nn

CLASSES = 5


class Pair(nn.Module):
    """Logits of each next token, after a look at the source."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.head = nn.Embedding(CLASSES, 4), nn.Linear(4, CLASSES)

    def forward(self, source: Tensor, lengths: Tensor, target: Tensor) -> Tensor:
        return self.head(self.embedding(target) + self.embedding(source).mean(1, keepdim=True))


class Hidden(nn.Module):
    """Logits of hidden tokens and of pairs."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.head, self.pair = nn.Embedding(CLASSES, 4), nn.Linear(4, CLASSES), nn.Linear(4, 2)

    def forward(self, x: Tensor, hidden: Tensor) -> SimpleNamespace:
        h = self.embedding(x).cumsum(1).tanh()
        return SimpleNamespace(tokens=self.head(h.flatten(0, 1)[hidden]), is_next=self.pair(h[:, -1]))


class Spans(nn.Module):
    """Two logits of each token."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Embedding(CLASSES, 4), nn.Linear(4, 2))

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        return self.net(x)


class Several(nn.Module):
    """Outputs by name."""

    def __init__(self) -> None:
        super().__init__()
        self.kind, self.age = nn.Linear(3, CLASSES), nn.Linear(3, 1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"kind": self.kind(x), "age": self.age(x)}


class Apart(nn.Module):
    """Distances of pairs."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Linear(3, 2)

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return (self.net(a) - self.net(b)).norm(dim=1)
