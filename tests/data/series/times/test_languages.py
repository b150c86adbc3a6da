"""Months in other languages, and words that look like times but cannot be read."""

import numpy as np
import pytest

from deepdive.data.series import read_series

YEARS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "de short": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "fr short": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "it short": "gen feb mar apr mag giu lug ago set ott nov dic",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}


def series(folder, times, **options):
    path = folder / "s.csv"
    path.write_text("x;v\n" + "".join(f"{time};{i * i + 1}\n" for i, time in enumerate(times)))
    return read_series(path, "v", **options)


@pytest.mark.parametrize("form", ["{month} {year}", "3. {month} {year}", "{year}-{month}", "3-{month}-{short}"])
@pytest.mark.parametrize("language", YEARS)
def test_months_in_any_case_and_language_are_in_the_order_of_the_calendar(tmp_path, language, form):
    months = YEARS[language].split()
    times = [form.format(month=m, year=y, short=y % 100) for y in (2019, 2020) for m in months]
    assert series(tmp_path, [time.upper() for time in times]).times == tuple(time.upper() for time in times)
    with pytest.raises(ValueError, match=r"column 'x' goes back in time.* the newest row is the first"):
        series(tmp_path, times[::-1])
    mixed = np.random.default_rng(3).permutation(24)
    assert series(tmp_path, [times[i] for i in mixed], order="sort").times == tuple(times)


@pytest.mark.parametrize(
    "times",
    [
        ["31 de marzo de 2020", "1 de abril de 2020", "2 de abril de 2020"],
        ["31 mars 2020", "1er avril 2020", "2 avril 2020"],
        ["Freitag, 28. Februar 2020", "Samstag, 29. Februar 2020", "Sonntag, 1. März 2020"],
        ["S51-2017", "S52-2017", "S01-2018"],
        ["KW 51/2017", "KW 52/2017", "KW 1/2018"],
        ["T4 2017", "T1 2018", "T2 2018"],
        ["4. Quartal 2017", "1. Quartal 2018", "2. Quartal 2018"],
        ["KW 9", "KW 10", "KW 11"],
        ["Ma\u0308rz 2020", "April 2020", "Mai 2020"],
    ],
)
def test_other_forms_of_these_languages(tmp_path, times):
    assert not series(tmp_path, times).notes[1:]
    with pytest.raises(ValueError, match="goes back in time"):
        series(tmp_path, times[::-1])


@pytest.mark.parametrize(
    "times",
    [
        ["30 марта 2020", "29 марта 2020", "28 марта 2020"],
        ["30. maaliskuuta 2020", "29. maaliskuuta 2020", "28. maaliskuuta 2020"],
        ["kwiecień 2033", "marzec 2033", "luty 2033"],
        ["X36-2017", "X35-2017", "X34-2017"],
        ["30-mart-20", "29-mart-20", "28-mart-20"],
    ],
)
def test_what_looks_like_times_in_no_known_form_is_refused(tmp_path, times):
    message = rf"column 'x' must hold times in a form that is known.* got '{times[0]}' in row 1; write ISO dates"
    with pytest.raises(ValueError, match=message):
        series(tmp_path, times)
    kept = series(tmp_path, times, order="keep")
    assert kept.values.tolist() == [1, 2, 5]
    assert any("the first row counts as the oldest" in note for note in kept.notes)


@pytest.mark.parametrize("labels", [["Set 12", "Set 11", "Set 10"], ["a", "c", "b"], ["Out 3", "Out 2", "Out 1"]])
def test_labels_are_no_times(tmp_path, labels):
    assert any("the first row counts as the oldest" in note for note in series(tmp_path, labels).notes)
