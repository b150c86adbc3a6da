import numpy as np
import pytest
import torch
from PIL import Image

from deepdive.data.images import ImageSpec
from deepdive.recipes.vision.labelling import label_files


def test_of_a_folder_every_image_is_labelled(tmp_path):
    for name in ("b.png", "a/c.png", "a/.hidden.png"):
        (tmp_path / "new" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((4, 4, 3), 9, dtype=np.uint8)).save(tmp_path / "new" / name)
    (tmp_path / "new/notes.txt").write_text("x")
    spec = ImageSpec(3, 4, 4, ("cat", "dog"), (0.0,) * 3, (1.0,) * 3, "light")
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 2))
    files = [tmp_path / "new/b.png", tmp_path / "new"]
    told = label_files(network, spec, files, device="cpu", invert="no")
    assert [each.file for each in told] == [tmp_path / "new" / name for name in ("b.png", "a/c.png", "b.png")]
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"empty holds no image \(\.bmp, \.gif, "):
        label_files(network, spec, [tmp_path / "empty"], device="cpu", invert="no")
