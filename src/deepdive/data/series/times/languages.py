"""Names of months in other languages than English, as the forms of times have them."""

import re
from collections.abc import Sequence

import polars as pl

from deepdive.data.series.times.forms import MONTHS

_NAMES = (
    "januar janvier janv enero ene gennaio gen janeiro januari jän jänner",
    "februar février fevrier févr fevr fév febrero febbraio fevereiro fev februari",
    "märz maerz mär mrz mars marzo março marco maart mrt",
    "avril avr abril abr aprile",
    "mai mayo maggio mag maio mei",
    "juni juin junio giugno giu junho",
    "juli juillet juil julio luglio lug julho",
    "août aout aoû agosto ago augustus",
    "septembre septiembre setiembre settembre setembro set",
    "oktober okt octobre octubre ottobre ott outubro out",
    "novembre noviembre novembro",
    "dezember dez décembre decembre déc diciembre dic dicembre dezembro",
)
"""German, French, Spanish, Italian, Portuguese and Dutch; what is there as in English is left out."""
_DAYS = (
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag lundi mardi mercredi jeudi vendredi samedi "
    "dimanche lunes martes miércoles jueves viernes sábado domingo lunedì martedì mercoledì giovedì venerdì sabato "
    "domenica"
)
_MONTH_OF = {word: month for month, words in zip(MONTHS, _NAMES, strict=True) for word in words.split()}
_DOUBTFUL = {"ago", "gen", "mag", "mei", "out", "set"}
"""Words of other meanings, which are months only beside another month."""
_EDGE = r"(^|[^\p{L}])", r"([^\p{L}]|$)"


def in_english(words: pl.Series, sample: Sequence[str]) -> pl.Series:
    """Words in lower case, with the months in them as in English, and without the names of days beside them.

    >>> in_english(pl.Series(["30. märz 2020", "1er avril 2020"]), ["30. märz 2020"]).to_list()
    ['30. mar 2020', '1 apr 2020']
    """
    said = {word for each in sample for word in re.findall(r"[^\W\d_]+", each)}
    foreign = said & _MONTH_OF.keys()
    if not foreign or (foreign <= _DOUBTFUL and len(foreign | {word[:3] for word in said} & {*MONTHS}) < 2):
        return words
    before, after = _EDGE
    for month, names in zip(MONTHS, _NAMES, strict=True):
        words = words.str.replace_all(f"{before}(?:{'|'.join(names.split())}){after}", f"${{1}}{month}${{2}}")
    aside = "|".join((*_DAYS.split(), "de", "del", "den", "der", "am"))
    words = words.str.replace_all(f"{before}(?:{aside}){after}", "${1}${2}")
    words = words.str.replace_all(r"\b1(?:er|º|°)", "1").str.replace_all(r"\s+", " ")
    return words.str.strip_chars(" ,.")
