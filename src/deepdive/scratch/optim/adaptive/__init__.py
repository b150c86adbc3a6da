"""A step size for each number, from the gradients it has had."""

from deepdive.scratch.optim.adaptive.adafactor import Adafactor as Adafactor
from deepdive.scratch.optim.adaptive.adagrad import Adadelta as Adadelta
from deepdive.scratch.optim.adaptive.adagrad import Adagrad as Adagrad
from deepdive.scratch.optim.adaptive.adagrad import RMSprop as RMSprop
from deepdive.scratch.optim.adaptive.adam import Adam as Adam
from deepdive.scratch.optim.adaptive.adam import AdamW as AdamW
from deepdive.scratch.optim.adaptive.sophia import SophiaG as SophiaG
from deepdive.scratch.optim.adaptive.sparse import SparseAdam as SparseAdam
from deepdive.scratch.optim.adaptive.variants import Adamax as Adamax
from deepdive.scratch.optim.adaptive.variants import NAdam as NAdam
from deepdive.scratch.optim.adaptive.variants import RAdam as RAdam
from deepdive.scratch.optim.adaptive.variants import Yogi as Yogi
