"""Forecasting a series: many steps from one, baselines, autoregression in closed form, errors by the step ahead."""

from deepdive.algorithms.forecasting.autoregression import Autoregression as Autoregression
from deepdive.algorithms.forecasting.autoregression import fit_autoregression as fit_autoregression
from deepdive.algorithms.forecasting.baselines import naive as naive
from deepdive.algorithms.forecasting.baselines import seasonal_naive as seasonal_naive
from deepdive.algorithms.forecasting.errors import mae as mae
from deepdive.algorithms.forecasting.errors import mase as mase
from deepdive.algorithms.forecasting.errors import rmse as rmse
from deepdive.algorithms.forecasting.errors import skill as skill
from deepdive.algorithms.forecasting.figures import error_figure as error_figure
from deepdive.algorithms.forecasting.figures import forecast_figure as forecast_figure
from deepdive.algorithms.forecasting.iteration import OneStep as OneStep
from deepdive.algorithms.forecasting.iteration import forecast as forecast
