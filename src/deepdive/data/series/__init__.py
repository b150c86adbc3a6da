"""Series: a column of numbers in the order of time, as windows for a forecaster."""

from deepdive.data.series.adding import AddingProblem as AddingProblem
from deepdive.data.series.module import Origins as Origins
from deepdive.data.series.module import SeriesDataModule as SeriesDataModule
from deepdive.data.series.named import SERIES as SERIES
from deepdive.data.series.named import NamedSeries as NamedSeries
from deepdive.data.series.named import load_series as load_series
from deepdive.data.series.reading import Gaps as Gaps
from deepdive.data.series.reading import Series as Series
from deepdive.data.series.reading import read_series as read_series
from deepdive.data.series.reading import series_of as series_of
from deepdive.data.series.scale import Learn as Learn
from deepdive.data.series.scale import SeriesScale as SeriesScale
from deepdive.data.series.times import Order as Order
