"""Data as users bring it, which the tests of this folder share."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import Dataset, IterableDataset

GENERATOR = np.random.default_rng(3)
Y = np.arange(90) % 3
X = (3 * np.eye(3, 4)[Y] + GENERATOR.normal(size=(90, 4))).astype(np.float32)


class Rows(Dataset):
    """A map-style Dataset; ``noise`` is drawn anew each time an example is asked for, ``told`` is its length."""

    def __init__(self, rows=90, *, noise=0.0, told=None):
        self.rows, self.noise, self.told = rows, noise, rows if told is None else told

    def __len__(self):
        return self.told

    def __getitem__(self, i):
        if i >= self.rows:
            raise IndexError(f"there is no row {i}")
        jitter = self.noise * (torch.randn(4) + np.random.normal()) if self.noise else 0.0
        return torch.from_numpy(X[i]) + jitter, int(Y[i])


class Stream(IterableDataset):
    """An iterable Dataset; without end if ``rows`` is none."""

    def __init__(self, rows=90, told=None):
        self.rows, self.told = rows, told

    def __iter__(self):
        i = 0
        while self.rows is None or i < self.rows:
            yield torch.from_numpy(X[i % 90]), int(Y[i % 90])
            i += 1


class Told(Stream):
    def __len__(self):
        return self.told


def network(dropout=0.0):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Dropout(dropout), nn.Linear(8, 3))


class ByName(nn.Module):
    """Two inputs by name; ``form`` says what it returns."""

    def __init__(self, form="tensor"):
        super().__init__()
        torch.manual_seed(0)
        self.layers, self.form = network(), form

    def forward(self, left, right, scale=None):
        logits = self.layers(torch.cat([left, right], 1))
        if self.form == "tuple":
            return logits, None
        if self.form == "dict":
            return {"hidden": left, "logits": logits}
        if self.form == "object":
            return type("Output", (), {"logits": logits})()
        return {"a": left, "b": right} if self.form == "unclear" else logits
