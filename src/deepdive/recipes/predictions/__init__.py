"""Predictions: one label for an image, values for each row of a table, an answer to a text.

As JSON all of them are objects of one schema, ``schema.json`` beside this file.
"""

from deepdive.recipes.predictions.base import AnyPrediction as AnyPrediction
from deepdive.recipes.predictions.base import Invert as Invert
from deepdive.recipes.predictions.base import Kind as Kind
from deepdive.recipes.predictions.base import Value as Value
from deepdive.recipes.predictions.base import json_object as json_object
from deepdive.recipes.predictions.csv import to_csv as to_csv
from deepdive.recipes.predictions.images import PairPrediction as PairPrediction
from deepdive.recipes.predictions.images import Prediction as Prediction
from deepdive.recipes.predictions.tables import PredictedColumn as PredictedColumn
from deepdive.recipes.predictions.tables import RowPrediction as RowPrediction
from deepdive.recipes.predictions.tables import SeriesPrediction as SeriesPrediction
from deepdive.recipes.predictions.tables import TablePrediction as TablePrediction
from deepdive.recipes.predictions.texts import Entity as Entity
from deepdive.recipes.predictions.texts import TextAnswer as TextAnswer
from deepdive.recipes.predictions.texts import TextLabel as TextLabel
from deepdive.recipes.predictions.texts import TextPrediction as TextPrediction
from deepdive.recipes.predictions.texts import TextScore as TextScore
from deepdive.recipes.predictions.texts import TextTags as TextTags
from deepdive.recipes.predictions.writing import Predictions as Predictions
from deepdive.recipes.predictions.writing import json_lines as json_lines
from deepdive.recipes.predictions.writing import predictions_csv as predictions_csv
from deepdive.recipes.predictions.writing import schema as schema
