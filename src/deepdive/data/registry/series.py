"""Series in time."""

from deepdive.data.registry.dataset import Dataset
from deepdive.data.sources import File, Https, Installed, Pip

_SERIES = "https://raw.githubusercontent.com/jbrownlee/Datasets/d20fcb6402ae34e653d4513b00f39257bb37ed7f/"

SUNSPOTS = Dataset(
    name="sunspots",
    title="mean number of sunspots in each of 2,820 months from 1749",
    licence="public until 2014 (SIDC, Royal Observatory of Belgium)",
    homepage="https://www.sidc.be/SILSO/datafiles",
    files=(File("monthly-sunspots.csv", 45_039, "c4ec8cc57d9f6fb6ecdb3e1f37f25b6f4badd5124c55931052b0cd2fc3bc71f3"),),
    sources=(Https(_SERIES),),
)

SUNSPOTS_YEARLY = Dataset(
    name="sunspots-yearly",
    title="number of sunspots in each of 309 years from 1700 (statsmodels)",
    licence="public (National Geophysical Data Center)",
    homepage="https://www.statsmodels.org/stable/datasets/generated/sunspots.html",
    files=(File("sunspots.csv", 2_944, "f67889b1d9002cd5227f0e0ef54e35b419cdd85a31279adef6f73fb41e5c0a9b"),),
    sources=(
        Installed("statsmodels", "datasets/sunspots"),
        Pip("statsmodels", "statsmodels/datasets/sunspots"),
    ),
)

AIRLINE_PASSENGERS = Dataset(
    name="airline-passengers",
    title="thousands of airline passengers in each of 144 months from 1949 (Box and Jenkins)",
    licence="none stated; published in a textbook, 1976",
    homepage="https://github.com/jbrownlee/Datasets",
    files=(File("airline-passengers.csv", 2_180, "8cb51be753a718d9be5d76d7e238cc224792754676adc21faa59e954b0201621"),),
    sources=(Https(_SERIES),),
)

MIN_TEMPERATURES = Dataset(
    name="min-temperatures",
    title="lowest temperature of each of 3,650 days in Melbourne, from 1981, in °C",
    licence="none stated; Australian Bureau of Meteorology",
    homepage="https://github.com/jbrownlee/Datasets",
    files=(
        File("daily-min-temperatures.csv", 67_921, "8b9de63ed6789492bf497625e7f9beb96a63d367b4b0a21754006f749fa5e5da"),
    ),
    sources=(Https(_SERIES),),
)

SP500 = Dataset(
    name="sp500",
    title="S&P 500 on each of 5,031 trading days from 1999: open, high, low, close, volume",
    licence="none stated; comes with the library arch (NCSA)",
    homepage="https://arch.readthedocs.io",
    files=(File("sp500.csv", 400_462, "1c4d0aeed8db9284de8ad71e4063c97f645ad6dd13507f8e305338e96c396ba7"),),
    sources=(Pip("arch==8.0.0", "arch/data/sp500", ".gz"),),
)

SERIES = (SUNSPOTS, SUNSPOTS_YEARLY, AIRLINE_PASSENGERS, MIN_TEMPERATURES, SP500)
