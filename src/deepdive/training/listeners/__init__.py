"""Who listens to a run: files, progress, curves, notebooks, TensorBoard.

Nothing here imports matplotlib, rich, IPython or TensorBoard before it is needed.
"""

from deepdive.figures import to_png as to_png
from deepdive.figures import to_svg as to_svg
from deepdive.training.listeners.curves import Curves as Curves
from deepdive.training.listeners.defaults import default_listeners as default_listeners
from deepdive.training.listeners.figures import curve_figure as curve_figure
from deepdive.training.listeners.metrics_file import MetricsFile as MetricsFile
from deepdive.training.listeners.metrics_file import read_metrics as read_metrics
from deepdive.training.listeners.notebook import NotebookBoard as NotebookBoard
from deepdive.training.listeners.notebook import in_notebook as in_notebook
from deepdive.training.listeners.progress import ProgressBar as ProgressBar
from deepdive.training.listeners.progress import ProgressLines as ProgressLines
from deepdive.training.listeners.progress import choose_progress as choose_progress
from deepdive.training.listeners.tensorboard import TensorBoard as TensorBoard
from deepdive.training.listeners.tensorboard import require_tensorboard as require_tensorboard
from deepdive.training.listeners.timing_file import TimingFile as TimingFile
