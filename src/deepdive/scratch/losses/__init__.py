"""Losses: one number for how wrong a prediction is (D2L sections 3.1 and 4.1).

Inside of ``torch.autocast`` most are computed in single precision, as the library's are.
"""

from deepdive.scratch.losses.alignment import CTCLoss as CTCLoss
from deepdive.scratch.losses.binary import BCELoss as BCELoss
from deepdive.scratch.losses.binary import BCEWithLogitsLoss as BCEWithLogitsLoss
from deepdive.scratch.losses.binary import MultiLabelSoftMarginLoss as MultiLabelSoftMarginLoss
from deepdive.scratch.losses.binary import SoftMarginLoss as SoftMarginLoss
from deepdive.scratch.losses.classification import CrossEntropyLoss as CrossEntropyLoss
from deepdive.scratch.losses.classification import NLLLoss as NLLLoss
from deepdive.scratch.losses.embeddings import CosineEmbeddingLoss as CosineEmbeddingLoss
from deepdive.scratch.losses.embeddings import TripletMarginLoss as TripletMarginLoss
from deepdive.scratch.losses.embeddings import TripletMarginWithDistanceLoss as TripletMarginWithDistanceLoss
from deepdive.scratch.losses.margins import HingeEmbeddingLoss as HingeEmbeddingLoss
from deepdive.scratch.losses.margins import MarginRankingLoss as MarginRankingLoss
from deepdive.scratch.losses.margins import MultiLabelMarginLoss as MultiLabelMarginLoss
from deepdive.scratch.losses.margins import MultiMarginLoss as MultiMarginLoss
from deepdive.scratch.losses.regression import GaussianNLLLoss as GaussianNLLLoss
from deepdive.scratch.losses.regression import HuberLoss as HuberLoss
from deepdive.scratch.losses.regression import KLDivLoss as KLDivLoss
from deepdive.scratch.losses.regression import L1Loss as L1Loss
from deepdive.scratch.losses.regression import MSELoss as MSELoss
from deepdive.scratch.losses.regression import PoissonNLLLoss as PoissonNLLLoss
from deepdive.scratch.losses.regression import SmoothL1Loss as SmoothL1Loss
