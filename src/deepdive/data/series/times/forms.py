"""The forms in which files write times, as patterns with named groups."""

import re
from dataclasses import dataclass
from functools import cache

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""The first three letters of the months."""
ZONES = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0),
    **{"west": 1, "cet": 1, "cest": 2, "met": 1, "mest": 2, "eet": 2, "eest": 3},
    **{"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7},
}
"""Hours before UTC, of zones that files name by letters (RFC 822, and those of Europe)."""


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a time.

    Groups of the pattern: ``y`` year, ``yy`` its last two digits, ``m`` month, ``b`` its name, ``q`` quarter, ``h``
    half of a year, ``d`` day, ``w`` ISO week, ``wd`` day in it, ``j`` day of the year; ``H``, ``M``, ``S``, ``f`` hour,
    minute, second and its decimals, ``p`` am or pm, ``z`` zone.
    """

    name: str
    """As messages say it."""
    pattern: str
    sure: bool = True
    """Whether words of this form can hardly be anything but times: ``1-12`` can."""

    def fits(self, words: str) -> bool:
        """Whether words are written so; whether there is such a day is another question."""
        return _compiled(self.pattern).match(words) is not None

    @property
    def rare(self) -> bool:
        """Whether few mean it: two digits first that are a year, or ``2019-20`` as a year that ends in the next."""
        return self.name == "year, next year" or re.findall("<(yy|y|m|b|d|q|w)>", self.pattern)[:1] == ["yy"]

    @property
    def cyclic(self) -> bool:
        """Whether it names no year, so that times begin again and again."""
        return not re.search("<yy?>", self.pattern)


_Y, _YY, _M, _D = "(?P<y>[0-9]{4})", "(?P<yy>[0-9]{2})", "(?P<m>[0-9]{1,2})", "(?P<d>[0-9]{1,2})"
_NAMES = ("uary", "ruary", "ch", "il", "", "e", "y", "ust", "t(?:ember)?|ember", "ober", "ember", "ember")
_B = "(?P<b>" + "|".join(f"{short}(?:{rest})?" for short, rest in zip(MONTHS, _NAMES, strict=True)) + r")\.?"
_TH = "(?:st|nd|rd|th)?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? ?)?"
_MINUTES = "(?::(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9}))?)?)"
_AM_PM = r" ?(?P<p>[ap]\.?m\.?)?"
_CLOCK = f"(?P<H>[0-9]{{1,2}}){_MINUTES}?{_AM_PM}"
_ZONE = r"(?: ?(?P<z>(?:utc|gmt)?[+-][0-9]{1,2}(?::?[0-9]{2})?|z|[a-z]{2,5}))?(?: ?\[[^\]]+\])?"
_COMPACT_CLOCK = "(?P<H>[0-9]{2})(?:(?P<M>[0-9]{2})(?:(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9}))?)?)?"
_CLOCKS = (f"(?:(?:t|_|:|,? ){_CLOCK}{_ZONE})?", f"t{_COMPACT_CLOCK}{_ZONE}")


def _days() -> list[tuple[str, str, bool]]:
    """Forms of a day, which a time of day may follow."""
    found = []
    for sign, sep in (("-", "-"), ("/", "/"), (".", r"\. ?"), (" ", " ")):
        orders = (
            ("year, month, day", (_Y, _M, _D), True),
            ("day, month, year", (_D, _M, _Y), True),
            ("month, day, year", (_M, _D, _Y), True),
            ("day, month, year", (_D, _M, _YY), sign != " "),
            ("month, day, year", (_M, _D, _YY), sign != " "),
            ("year, month, day", (_YY, _M, _D), sign != " "),
        )
        names = {"year": "yyyy", "month": "mm", "day": "dd"}
        for order, parts, sure in orders:
            short = sign.join(names[part] for part in order.split(", "))
            found.append((short if _YY not in parts else short.replace("yyyy", "yy"), sep.join(parts), sure))
    gap = "[-/., ]*"
    found += [
        ("day, month's name, year", f"{_D}{_TH}{gap}(?:of )?{_B}{gap}{_Y}", True),
        ("month's name, day, year", f"{_B}{gap}{_D}{_TH}[-/., ]+{_Y}", True),
        ("year, month's name, day", f"{_Y}{gap}{_B}{gap}{_D}{_TH}", True),
        ("day, month's name, yy", f"{_D}{_TH}{gap}{_B}{gap}'?{_YY}", True),
        ("month's name, day, yy", f"{_B}{gap}{_D}{_TH}[-/., ]+'?{_YY}", True),
        ("yy, month's name, day", f"{_YY}{gap}{_B}{gap}{_D}", True),
        ("year, week, day", f"{_Y}[- ]?w(?P<w>[0-9]{{1,2}})-(?P<wd>[1-7])", True),
        ("year, week, day", f"{_Y}[- ]?w(?P<w>[0-9]{{2}})(?P<wd>[1-7])", True),  # w52 is a week, no day of the fifth
        ("year, day of the year", f"{_Y}-(?P<j>[0-9]{{3}})", True),
        ("yyyymmdd", "(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})", True),
        ("yymmdd", "(?P<yy>[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})", False),
        ("ddmmyyyy", "(?P<d>[0-9]{2})(?P<m>[0-9]{2})(?P<y>[0-9]{4})", False),
        ("mmddyyyy", "(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?P<y>[0-9]{4})", False),
        ("年月日", f"{_Y}年 ?{_M}月 ?{_D}日", True),
    ]
    return found


def _spans() -> list[tuple[str, str, bool]]:
    """Forms of a month, a quarter, a half, a week: no time of day follows."""
    dash, gap = "[-/.: ]?", "[-/.:, ]*"
    found = [
        ("month's name, year", f"{_B}{gap}{_Y}", True),
        ("year, month's name", f"{_Y}{gap}{_B}", True),
        ("month's name, yy", f"{_B}{gap}'?{_YY}", True),
        ("yy, month's name", f"{_YY}{gap}{_B}", True),
        ("year, quarter", f"{_Y}{gap}[qt](?P<q>[0-9])", True),
        ("quarter, year", f"[qt](?P<q>[0-9]){gap}{_Y}", True),
        ("quarter, year", f"(?P<q>[0-9])(?:[qt]|\\. ?quartal|(?:er|e|o|º)? trimestre) ?{dash}{_Y}", True),
        ("quarter, yy", f"q(?P<q>[0-9]){gap}'?{_YY}", True),
        ("quarter, yy", f"(?P<q>[0-9])q{dash}'?{_YY}", True),
        ("yy, quarter", f"{_YY}{dash}q(?P<q>[0-9])", True),
        ("year, half", f"{_Y}{gap}[hs](?P<h>[0-9])", True),
        ("half, year", f"[hs](?P<h>[0-9]){gap}{_Y}", True),
        ("year, month", f"{_Y}{gap}m{_M}", True),
        ("year, week", f"{_Y}{gap}(?:w|kw|cw|wk|week) ?(?P<w>[0-9]{{1,2}})", True),
        ("week, year", f"(?:w|kw|cw|wk|week)[ -]?(?P<w>[0-9]{{1,2}}){gap}{_Y}", True),
        ("year, week", f"{_Y}{gap}s(?P<w>[0-9]{{2}})", True),  # semaine, semana; of one digit it is a half
        ("week, year", f"s(?P<w>[0-9]{{2}}){gap}{_Y}", True),
        ("week, year", f"(?P<w>[0-9]{{1,2}})\\. ?kw,? ?{_Y}", True),
        ("yyyymm", "(?P<y>[0-9]{4})(?P<m>[0-9]{2})", False),
        ("year", f"(?:fy|cy)?[ -]?{_Y}", False),
        ("year, next year", f"{_Y}[-/](?:[0-9]{{4}}|[0-9]{{2}})", True),
        ("年月", f"{_Y}年 ?{_M}月", True),
    ]
    for sep in ("-", "/", r"\.", ":"):
        found.append(("year, month", f"{_Y}{sep}{_M}", True))
        found.append(("month, year", f"{_M}{sep}{_Y}", True))
    for sep in ("-", "/", r"\."):
        found.append(("month, yy", f"{_M}{sep}{_YY}", False))
        found.append(("yy, month", f"(?P<yy>[0-9]{{1,2}}){sep}{_M}", False))
    return found


def _cycles() -> list[tuple[str, str]]:
    """Forms without a year."""
    found = [
        ("month's name, day", f"{_B}[-/., ]*{_D}{_TH}"),
        ("day, month's name", f"{_D}{_TH}[-/., ]*{_B}"),
        ("month's name", _B),
        ("quarter", "q(?P<q>[0-9])"),
        ("time of day", f"(?P<H>[0-9]{{1,2}}){_MINUTES}{_AM_PM}"),
    ]
    for sep in ("-", "/", r"\."):
        found += [("day, month", f"{_D}{sep}{_M}\\.?"), ("month, day", f"{_M}{sep}{_D}")]
    return found


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@cache
def known_forms() -> tuple[Form, ...]:
    """Every form, the more usual ones first; words are in lower case, with single blanks."""
    found = [Form(name, f"^{_WEEKDAY}{pattern}{clock}$", sure) for name, pattern, sure in _days() for clock in _CLOCKS]
    found.append(Form("as C writes it", f"^{_WEEKDAY}{_B} {{1,2}}{_D} {_CLOCK}(?: (?P<z>[a-z]{{2,5}}))? {_Y}$"))
    found += [Form("time, yyyy-mm-dd", f"^{_CLOCK},? {_Y}-{_M}-{_D}$")]
    for sep in ("/", r"\.", "-"):
        found.append(Form("time, day, month, year", f"^{_CLOCK},? {sep.join((_D, _M, _Y))}$"))
        found.append(Form("time, month, day, year", f"^{_CLOCK},? {sep.join((_M, _D, _Y))}$"))
    found += [Form("yyyymmdd, time", f"^(?P<y>[0-9]{{4}})(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}}){_COMPACT_CLOCK}$")]
    found += [Form("year, day of the year", f"^{_Y}(?P<j>[0-9]{{3}})$", False)]
    found += [Form(name, f"^{pattern}$", sure) for name, pattern, sure in _spans()]
    found += [Form(name, f"^{pattern}$", False) for name, pattern in _cycles()]
    return tuple(found)
