"""Texts in figures are texts: no name is read as a formula, whatever settings the user has."""

import matplotlib
import pytest

from deepdive.figures import figure_style, log_scale, to_png, to_svg
from deepdive.names import label

NAMES = ["$_$", "cost_$_in_$", r"\frac{$a", "price on_sale=1", "url(x", "<b>&", "_under", "a\nb", "\x1b[1m", "\udcff"]


def drawn(names):
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(6, 4), layout="constrained")
        ax = figure.subplots()
        for i, name in enumerate(names):
            ax.plot([1, 2], [i, i], label=label(name))
        ax.set(title=label(names[0]), xlabel=label(names[1]))
        ax.set_yticks(range(len(names)), [label(name, 24) for name in names])
        ax.legend()
    return figure


def test_any_name_is_drawn_as_it_is():
    figure = drawn(NAMES)
    svg = to_svg(figure).decode()
    assert to_png(figure).startswith(b"\x89PNG")
    for name in ("$_$", "cost_$_in_$", r"\frac{$a", "price on_sale=1", "url(x", "&lt;b&gt;&amp;", "_under"):
        assert f">{name}<" in svg.replace("> _under", ">_under")
    assert len(figure.axes[0].get_legend().get_texts()) == len(NAMES), "a legend leaves no name out"


@pytest.mark.parametrize("own", [{"text.usetex": True}, {"text.parse_math": True, "axes.formatter.use_mathtext": True}])
def test_settings_of_the_user_change_nothing(own):
    plain = to_svg(drawn(NAMES))
    with matplotlib.rc_context(own):
        assert to_svg(drawn(NAMES)) == plain


@pytest.mark.parametrize(
    ("base", "values", "powers"),
    [(10, [1e-3, 1e4], ["10⁻³", "10⁰", "10³"]), (2, [0.25, 64], ["2⁻²", "2⁰", "2⁶"]), (10, [2, 7], ["2×10⁰", "3×10⁰"])],
)
def test_logarithmic_axes_have_powers_without_formulas(base, values, powers):
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure()
        ax = figure.subplots()
        ax.plot([1, 2], values)
        log_scale(ax, "y", base=base)
    svg = to_svg(figure).decode()
    for power in powers:
        assert f">{power}<" in svg
    assert "mathdefault" not in svg
    assert "$" not in svg
