"""Layers of one kind a file, the losses, and the functions that both are made of."""

from deepdive.twins.kinds import FunctionTwin, LayerTwin
from deepdive.twins.layers.activations import ACTIVATIONS as ACTIVATIONS
from deepdive.twins.layers.attention import ATTENTION as ATTENTION
from deepdive.twins.layers.attention import FUNCTIONS as ATTENTION_FUNCTIONS
from deepdive.twins.layers.convolutions import CONVOLUTIONS as CONVOLUTIONS
from deepdive.twins.layers.frames import FRAMES as FRAMES
from deepdive.twins.layers.functions import FUNCTIONS as LOSS_FUNCTIONS
from deepdive.twins.layers.losses import LOSSES as LOSSES
from deepdive.twins.layers.normalization import NORMALIZATION as NORMALIZATION
from deepdive.twins.layers.pointwise import POINTWISE as POINTWISE
from deepdive.twins.layers.pooling import POOLING as POOLING
from deepdive.twins.layers.recurrent import PACKING as PACKING
from deepdive.twins.layers.recurrent import RECURRENT as RECURRENT
from deepdive.twins.layers.transformer import TRANSFORMER as TRANSFORMER

LAYERS: dict[str, LayerTwin] = {
    **ACTIVATIONS,
    **POINTWISE,
    **CONVOLUTIONS,
    **POOLING,
    **FRAMES,
    **NORMALIZATION,
    **RECURRENT,
    **ATTENTION,
    **TRANSFORMER,
    **LOSSES,
}

FUNCTIONS: dict[str, FunctionTwin] = {**LOSS_FUNCTIONS, **PACKING, **ATTENTION_FUNCTIONS}
