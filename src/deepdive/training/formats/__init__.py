"""In which precision a task's products are computed and how its weights lie in memory: told, or measured."""

from deepdive.training.formats.choice import Choice as Choice
from deepdive.training.formats.choice import choose_format as choose_format
from deepdive.training.formats.choice import told_format as told_format
from deepdive.training.formats.layout import Format as Format
from deepdive.training.formats.layout import Layout as Layout
from deepdive.training.formats.layout import check_layout as check_layout
from deepdive.training.formats.layout import lay_out as lay_out
from deepdive.training.formats.setting import FormatSetting as FormatSetting
