from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def paint(tmp_path: Path) -> Callable[..., Path]:
    """Write an image of random pixels, or of given ones, below a temporary folder."""
    generator = np.random.default_rng(0)

    def make(name: str, size: tuple[int, int] = (8, 8), mode: str = "RGB", pixels: np.ndarray | None = None) -> Path:
        shape = size if mode == "L" else (*size, 3)
        if pixels is None:
            pixels = generator.integers(0, 256, shape, dtype=np.uint8)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
        return path

    return make
