"""``report.html``: what a run did, on one page that needs nothing but itself."""

from deepdive.training.report.page import page as page
from deepdive.training.report.page import write_report as write_report
from deepdive.training.report.sections import Html as Html
from deepdive.training.report.sections import Section as Section
from deepdive.training.report.sections import code as code
from deepdive.training.report.sections import commands as commands
from deepdive.training.report.sections import figure as figure
from deepdive.training.report.sections import folded as folded
from deepdive.training.report.sections import join as join
from deepdive.training.report.sections import named as named
from deepdive.training.report.sections import pairs as pairs
from deepdive.training.report.sections import png_image as png_image
from deepdive.training.report.sections import table as table
from deepdive.training.report.sections import text as text
from deepdive.training.report.sections import tiles as tiles
from deepdive.training.report.sections import worded as worded
