"""What experiments that label pictures share: probabilities, picture files, the note of what was learnt from."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from deepdive.data.images import ImageSet, ImageSpec, read_picture
from deepdive.data.images.folders.loose import find_pictures
from deepdive.data.images.picture import Fit
from deepdive.recipes.experiments.inputs import checksum, keep_inputs, read_inputs
from deepdive.recipes.predictions import Invert, Prediction
from deepdive.training import Run, choose_device

_ROWS = 256


def probabilities(network: nn.Module, spec: ImageSpec, images: Tensor, *, device: str) -> Tensor:
    """Softmax of the network's logits for byte pictures, in evaluation mode, on the processor."""
    place = choose_device(device)
    network = network.to(place).eval()
    with torch.inference_mode():
        return torch.cat([network(spec.to_float(some.to(place))).softmax(dim=1).cpu() for some in images.split(_ROWS)])


def label_files(
    network: nn.Module, spec: ImageSpec, files: Sequence[Path], *, device: str, invert: Invert, fit: Fit = "pad"
) -> list[Prediction]:
    """Label picture files, of a folder all that it holds: the likeliest class of each and the next two."""
    files = picture_files(files)
    read = [read_picture(file, spec, invert=invert, fit=fit) for file in files]
    chances = probabilities(network, spec, torch.stack([image for image, _ in read]), device=device)
    found = []
    for file, (_, notes), row in zip(files, read, chances, strict=True):
        top = row.topk(min(3, len(spec.labels)))
        ranked = {spec.labels[i]: round(p, 6) for p, i in zip(top.values.tolist(), top.indices.tolist(), strict=True)}
        label = next(iter(ranked))
        found.append(Prediction(file, label, ranked.pop(label), ranked, tuple(notes)))
    return found


def picture_files(files: Sequence[Path]) -> list[Path]:
    """The files, and of a folder all pictures that it holds.

    Raises:
        ValueError: a folder holds none.
    """
    return [
        found
        for file in files
        for found in ([each.path for each in find_pictures(file).pictures] if file.is_dir() else [file])
    ]


def note_inputs(run: Run, spec: ImageSpec, pictures: ImageSet | None, *, source: str, resume: bool) -> None:
    """Write ``inputs.json``: the form of the pictures, and a checksum of those that are learnt from.

    Raises:
        RunError: on a resume, where they are not those that the run began with.
    """
    seen = checksum(() if pictures is None else (pictures.images, pictures.labels))
    inputs = {"spec": spec.to_json(), "pictures": seen}
    keep_inputs(run, inputs, what=f"the pictures of {source} have", resume=resume)


def read_spec(run: Run) -> ImageSpec:
    """What the pictures of the run looked like.

    Raises:
        RunError: ``inputs.json`` is missing or damaged.
    """
    return read_inputs(run, lambda inputs: ImageSpec.from_json(inputs["spec"]))
