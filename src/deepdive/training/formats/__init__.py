"""In which precision a task's products are computed and how its weights lie in memory: told, or by a rule."""

from deepdive.training.formats.layout import Format as Format
from deepdive.training.formats.layout import Layout as Layout
from deepdive.training.formats.layout import check_layout as check_layout
from deepdive.training.formats.layout import lay_out as lay_out
from deepdive.training.formats.rule import choose_format as choose_format
from deepdive.training.formats.rule import has_half_precision_units as has_half_precision_units
from deepdive.training.formats.rule import kept_format as kept_format
