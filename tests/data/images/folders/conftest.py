import pytest


@pytest.fixture
def pets(paint, tmp_path):
    for i in range(10):
        paint(f"pets/cat/{i}.png")
        paint(f"pets/dog/{i}.png")
    return tmp_path / "pets"
