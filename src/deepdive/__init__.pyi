"""The names that this package gives out; loaded when they are first used."""

from deepdive import (
    algorithms as algorithms,
)
from deepdive import (
    data as data,
)
from deepdive import (
    models as models,
)
from deepdive import (
    recipes as recipes,
)
from deepdive import (
    scratch as scratch,
)
from deepdive import (
    toolkit as toolkit,
)
from deepdive import (
    training as training,
)
from deepdive import (
    twins as twins,
)
from deepdive.recipes.running.loading import load as load  # pyright: ignore
from deepdive.training import Classification as Classification
from deepdive.training import EarlyStopping as EarlyStopping
from deepdive.training import Regression as Regression
from deepdive.training import Run as Run
from deepdive.training import Supervised as Supervised
from deepdive.training import Task as Task
from deepdive.training import Trainer as Trainer
from deepdive.training import evaluate as evaluate
from deepdive.training import load_weights as load_weights
from deepdive.training import save_weights as save_weights
from deepdive.training import seed_everything as seed_everything

__version__: str
