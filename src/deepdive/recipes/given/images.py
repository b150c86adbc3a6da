"""Images to be predicted for: files, folders, archives, arrays."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from deepdive.data.images.folders.loose import find_images
from deepdive.data.images.folders.trees import ImageFile
from deepdive.data.images.memory import NamedImage, images_in, is_image_value
from deepdive.data.sources.archives import is_archive
from deepdive.recipes.given.files import one_by_one, path_of

GivenImage = ImageFile | NamedImage


class TakesImages:
    """An experiment that predicts for images."""

    takes: ClassVar[str] = (
        "image files; folders and archives (.zip, .tar) stand for all images that they hold, class folders too"
    )

    def given(self, inputs: Any) -> list[Path | NamedImage]:
        """Files by their paths, and images in memory; see `deepdive.data.images.memory.images_in`."""
        found: list[Path | NamedImage] = []
        for each in [inputs] if is_image_value(inputs) else one_by_one(inputs):
            if is_image_value(each):
                found += images_in(each, len(found) + 1)
            else:
                found.append(path_of(each, "images: files, arrays, tensors or images of Pillow"))
        return found

    def expanded(self, given: Sequence[Any]) -> list[Any]:
        """All images of folders and archives, each by itself."""
        return list(all_images(given))


def all_images(inputs: Sequence[Path | GivenImage]) -> list[GivenImage]:
    """The images; a folder or an archive stands for all that it holds.

    Raises:
        ValueError: a folder holds none, or an archive is damaged.
    """
    found: list[GivenImage] = []
    for each in inputs:
        if isinstance(each, NamedImage | ImageFile):
            found.append(each)
        elif each.is_dir() or is_archive(each):
            found += find_images(each).images
        else:
            found.append(ImageFile(each))
    return found


def decoding_of(image: GivenImage) -> dict[str, Any]:
    """The arguments of `deepdive.data.images.decode.decode_image` that tell which image it is."""
    if isinstance(image, NamedImage):
        return {"path": image}
    return {"path": image.path, "content": image.content}
