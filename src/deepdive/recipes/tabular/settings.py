"""Settings of the recipes that learn from a table. Free of torch and polars."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.ranges.types import Count, Folds, Probability, Width
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings, make_paths_absolute

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.toolkit import Toolkit

Activation = Literal["ReLU", "LeakyReLU", "PReLU", "Sigmoid", "Tanh", "GELU"]


@dataclass(frozen=True)
class TableSettings(TrainingSettings):
    """The table, how it is prepared and split, and how a network is trained on it.

    A subclass for another network overrides ``network``.
    """

    group = "data"

    data: str = "california"
    """A named table (deepdive data list), a file (CSV, TSV, white-space separated text, Parquet), or a folder of files
    called train, test and val, each of which is that part."""
    target: str | None = None
    """The column to predict; that of the named table if not given."""
    kind: Literal["auto", "regression", "classification"] = "auto"
    """How the target is learnt; auto: as classes if it holds words, two numbers, or a few whole ones that are all
    frequent (at most 10, each in 10 rows and 2 % of them), else as numbers; a note says which."""
    ignore: tuple[str, ...] = ()
    """Columns not to learn from, such as the number of a row; they are repeated beside the predictions."""
    categorical: tuple[str, ...] = ()
    """Columns of numbers that are codes of categories, such as postal codes."""
    delimiter: str | None = None
    """Delimiter of a text file: one character, or comma, semicolon, tab, space, bar, whitespace; found in its header if
    not given."""
    columns: tuple[str, ...] = ()
    """Names for the columns of a text file without a header."""
    log_target: bool = False
    """Learn the logarithm of the target: errors are relative then."""
    log_features: bool = True
    """Take the logarithm of skewed numeric columns."""
    indicators: bool = False
    """Add a second feature for each column with missing numbers, which tells where they are missing."""
    max_categories: Count = 100
    """How many categories of a column are told apart, the most frequent ones."""
    folds: Folds = 1
    """With k of 2 or more: k networks, each tested on its k-th of the rows and trained on the others."""
    test: Probability = 0.2
    """Fraction of the rows in the test set, where folds is 1."""
    validation: Probability = 0.1
    """Fraction of the training rows in the validation set, which chooses the best epoch; with 0 all are learnt from."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adamw", lr=0.003))

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data")

    def suited(self, rows: int) -> "TableSettings":
        """The same with what suits a table of so many rows, where settings leave that open."""
        return self

    def check_parts(self, parts: Collection[str], left_open: Collection[str] = ()) -> None:
        """Check that nobody asks for fractions of the rows that the files of a folder, of these ``parts``, decide.

        Raises:
            ValueError: one is typed, where other settings are ``left_open``, or is not the recipe's own.
        """
        decided = ("test", "validation") if "val" in parts or "test" not in parts else ("test",)
        for name in decided if parts else ():
            value, own = getattr(self, name), getattr(type(self)(), name)
            if (left_open and name not in left_open) or value != own:
                raise ValueError(f"{name} must be left out where files are the parts of {self.data}, got {value}")

    def network(self, features: int, outputs: int, nn: "Toolkit") -> "Module":
        """A linear model of so many features, which are numbers of mean 0 and standard deviation 1."""
        from deepdive.models.perceptrons import MLP

        return MLP(features, outputs, (), nn=nn)


@dataclass(frozen=True)
class PerceptronSettings(TableSettings):
    """The table, and a multilayer perceptron."""

    hidden: tuple[Width, ...] = (256, 128)
    """Width of each hidden layer; none makes a linear model."""
    activation: Activation = "ReLU"
    """Activation function between the layers."""
    dropout: Probability = 0.0
    """Probability of dropping a hidden unit in training."""

    def network(self, features: int, outputs: int, nn: "Toolkit") -> "Module":
        """A perceptron."""
        from deepdive.models.perceptrons import MLP

        return MLP(features, outputs, self.hidden, self.activation, self.dropout or 0.0, nn=nn)
