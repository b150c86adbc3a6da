"""A torch DataLoader of your own in our trainer: ``python examples/own_loader.py``."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from deepdive import Classification, Trainer


class Spirals(Dataset):
    """Points on two spirals, each made when it is asked for."""

    def __init__(self, examples: int, seed: int) -> None:
        self.examples, self.seed = examples, seed

    def __len__(self) -> int:
        return self.examples

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        noise = torch.randn(2, generator=torch.Generator().manual_seed(self.seed * self.examples + i))
        label, angle = i % 2, 6 * torch.tensor(i / self.examples).sqrt()
        point = angle * torch.stack([angle.cos(), angle.sin()]) * (1 - 2 * label)
        return point + 0.1 * noise, label


train = DataLoader(Spirals(1000, seed=0), batch_size=50, shuffle=True)
validation = DataLoader(Spirals(500, seed=1), batch_size=250)

network = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
task = Classification(network, optimizer="adam", lr=0.01, metrics=["accuracy", "f1"])
metrics = Trainer(epochs=15, seed=0).fit(task, train, validation=validation)
print(f"accuracy {metrics['val_accuracy']:.3f}, F1 {metrics['val_f1']:.3f} on the validation data")
