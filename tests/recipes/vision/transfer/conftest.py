from functools import partial

import pytest
import torch
from PIL import Image

from deepdive.models.vision import EfficientNetLite
from deepdive.training import save_weights

narrow = partial(EfficientNetLite, width=0.25, depth=0.4)
"""A network that is quickly trained and saved; in everything else it is the real one."""
COLOURS = {"bluish": 2, "greenish": 1, "reddish": 0}


@pytest.fixture(scope="session")
def photographs(tmp_path_factory):
    """Three classes of noise, told apart by their colour."""
    folder, generator = tmp_path_factory.mktemp("photographs"), torch.Generator().manual_seed(0)
    for label, place in COLOURS.items():
        (folder / label).mkdir()
        for i in range(12):
            pixels = torch.randint(0, 150, (36, 40, 3), generator=generator, dtype=torch.uint8)
            pixels[..., place] += 100
            Image.fromarray(pixels.numpy()).save(folder / label / f"{i:02}.png")
    return folder


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    """A file of weights that nobody has trained, so that no package index is needed."""
    torch.manual_seed(1)
    path = tmp_path_factory.mktemp("weights") / "random.safetensors"
    save_weights(path, narrow(7))
    return path


@pytest.fixture(autouse=True)
def _narrow(monkeypatch):
    for module in ("experiment", "networks"):
        monkeypatch.setattr(f"deepdive.recipes.vision.transfer.{module}.EfficientNetLite", narrow)
