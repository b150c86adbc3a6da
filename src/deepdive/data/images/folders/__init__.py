"""Image files: finding them in folders and archives, decoding them once, keeping the tensors."""

from deepdive.data.images.folders.classes import ClassFolders as ClassFolders
from deepdive.data.images.folders.classes import scan_folder as scan_folder
from deepdive.data.images.folders.decoding import Decoded as Decoded
from deepdive.data.images.folders.decoding import decode_images as decode_images
from deepdive.data.images.folders.reading import read_folder as read_folder
from deepdive.data.images.folders.trees import SUFFIXES as SUFFIXES
from deepdive.data.images.folders.trees import ImageFile as ImageFile
