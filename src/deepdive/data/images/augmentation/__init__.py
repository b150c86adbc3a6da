"""Random changes of images, a whole batch in one pass (D2L section 14.1)."""

from deepdive.data.images.augmentation._sampling import Fill as Fill
from deepdive.data.images.augmentation.chain import Augmentation as Augmentation
from deepdive.data.images.augmentation.changes import Changes as Changes
from deepdive.data.images.augmentation.colour import Brightness as Brightness
from deepdive.data.images.augmentation.colour import Chromatic as Chromatic
from deepdive.data.images.augmentation.colour import ColorJitter as ColorJitter
from deepdive.data.images.augmentation.colour import ColourMap as ColourMap
from deepdive.data.images.augmentation.colour import Contrast as Contrast
from deepdive.data.images.augmentation.colour import Grayscale as Grayscale
from deepdive.data.images.augmentation.colour import Hue as Hue
from deepdive.data.images.augmentation.colour import Saturation as Saturation
from deepdive.data.images.augmentation.cutout import Cutout as Cutout
from deepdive.data.images.augmentation.geometry import Geometric as Geometric
from deepdive.data.images.augmentation.geometry import HorizontalFlip as HorizontalFlip
from deepdive.data.images.augmentation.geometry import PadAndCrop as PadAndCrop
from deepdive.data.images.augmentation.geometry import RandomResizedCrop as RandomResizedCrop
from deepdive.data.images.augmentation.geometry import Rotation as Rotation
from deepdive.data.images.augmentation.geometry import Scale as Scale
from deepdive.data.images.augmentation.geometry import Shear as Shear
from deepdive.data.images.augmentation.geometry import Translate as Translate
from deepdive.data.images.augmentation.geometry import VerticalFlip as VerticalFlip
from deepdive.data.images.augmentation.mixing import CutMix as CutMix
from deepdive.data.images.augmentation.mixing import Mixing as Mixing
from deepdive.data.images.augmentation.mixing import MixUp as MixUp
from deepdive.data.images.augmentation.mixing import OneOf as OneOf
from deepdive.data.images.augmentation.sheet import contact_sheet as contact_sheet
