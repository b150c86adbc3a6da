"""Transformers for images."""

from deepdive.models.vision.transformer.published import interpolate_positions as interpolate_positions
from deepdive.models.vision.transformer.published import with_numbered_mlp as with_numbered_mlp
from deepdive.models.vision.transformer.vit import Encoder as Encoder
from deepdive.models.vision.transformer.vit import EncoderBlock as EncoderBlock
from deepdive.models.vision.transformer.vit import VisionTransformer as VisionTransformer
from deepdive.models.vision.transformer.vit import vit_b_16 as vit_b_16
from deepdive.models.vision.transformer.vit import vit_b_32 as vit_b_32
from deepdive.models.vision.transformer.vit import vit_h_14 as vit_h_14
from deepdive.models.vision.transformer.vit import vit_l_16 as vit_l_16
from deepdive.models.vision.transformer.vit import vit_l_32 as vit_l_32
from deepdive.models.vision.transformer.vit import vit_small_28 as vit_small_28
from deepdive.models.vision.transformer.vit import vit_small_32 as vit_small_32
