"""Images: reading, splitting, batching, showing."""

from deepdive.data.images.builtin import read_builtin as read_builtin
from deepdive.data.images.decode import ImageError as ImageError
from deepdive.data.images.decode import decode_image as decode_image
from deepdive.data.images.decode import read_image as read_image
from deepdive.data.images.folders import read_folder as read_folder
from deepdive.data.images.grids import grid as grid
from deepdive.data.images.idx import read_idx as read_idx
from deepdive.data.images.load import load_images as load_images
from deepdive.data.images.module import ImageDataModule as ImageDataModule
from deepdive.data.images.module import ImageSet as ImageSet
from deepdive.data.images.module import ImageSplits as ImageSplits
from deepdive.data.images.pairs import ImagePairs as ImagePairs
from deepdive.data.images.pairs import PairLoader as PairLoader
from deepdive.data.images.spec import ImageSpec as ImageSpec
