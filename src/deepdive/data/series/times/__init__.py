"""When the rows of a series were measured: every usual form of times, their order, how far they are apart."""

from deepdive.data.series.times.clock import TIMES as TIMES
from deepdive.data.series.times.clock import Clock as Clock
from deepdive.data.series.times.clock import find_clock as find_clock
from deepdive.data.series.times.order import Order as Order
from deepdive.data.series.times.order import ordered as ordered
from deepdive.data.series.times.spacing import spacing_notes as spacing_notes
