import io
import math
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from deepdive.training.listeners import curve_figure, to_png, to_svg
from deepdive.training.listeners.figures import has_curves
from deepdive.training.records import Record


def panels(figure):
    return {ax.get_title(loc="left"): ax for ax in figure.axes}


def legend(ax):
    return [] if ax.get_legend() is None else [text.get_text() for text in ax.get_legend().get_texts()]


def test_one_panel_per_family_with_all_splits(records):
    figure = curve_figure(records)
    assert list(panels(figure)) == ["loss", "accuracy", "learning rate"]
    loss = panels(figure)["loss"]
    assert legend(loss) == ["train 0.1500", "val 0.2000", "test 0.2500"]
    fine, coarse, validation, test = loss.get_lines()
    np.testing.assert_allclose(fine.get_xydata(), [[0.5, 2 / 5], [1, 2 / 10], [1.5, 2 / 15], [2, 2 / 20]])
    np.testing.assert_allclose(coarse.get_xydata(), [[1, 3 / 10], [2, 3 / 20]])
    np.testing.assert_allclose(validation.get_xydata(), [[1, 4 / 10], [2, 4 / 20]])
    np.testing.assert_allclose(test.get_xydata(), [[2, 0.25]])
    assert fine.get_color() == coarse.get_color()
    assert len({line.get_color() for line in loss.get_lines()}) == 3
    assert figure.axes[-1].get_xlabel() == "epoch"


def test_the_learning_rate_is_small(records):
    figure = curve_figure(records)
    figure.draw_without_rendering()
    heights = {title: ax.get_position().height for title, ax in panels(figure).items()}
    assert heights["learning rate"] < 0.6 * heights["loss"]
    assert heights["loss"] == pytest.approx(heights["accuracy"])


def test_without_a_finished_epoch_the_length_of_one_can_be_given(records):
    assert curve_figure(records[:1]).axes[-1].get_xlabel() == "step"
    figure = curve_figure(records[:1], steps_per_epoch=10)
    assert figure.axes[-1].get_xlabel() == "epoch"
    (point,) = panels(figure)["loss"].get_lines()
    assert point.get_xdata().tolist() == [0.5]
    assert point.get_marker() == "o"  # a line of one point would be invisible


def test_test_curves_and_the_final_test_share_one_entry():
    made = [Record("epoch", epoch, epoch, {"test_loss": 1 / epoch}) for epoch in (1, 2)]
    figure = curve_figure([*made, Record("test", 2, 2, {"test_loss": 0.4})])
    assert legend(panels(figure)["loss"]) == ["test 0.4000"]


@pytest.mark.parametrize(("smallest", "scale"), [(0.02, "linear"), (0.009, "log"), (0.0, "linear"), (-1.0, "linear")])
def test_log_scale_beyond_two_decades(smallest, scale):
    made = [Record("epoch", step, step, {"val_loss": value}) for step, value in ((1, 1.0), (2, smallest))]
    assert curve_figure(made).axes[0].get_yscale() == scale


def test_values_that_are_not_finite_leave_a_gap_and_are_counted():
    values = [1.0, math.nan, math.inf, -1e200, 0.5]
    made = [Record("epoch", step, step, {"val_loss": value}) for step, value in enumerate(values, start=1)]
    figure = curve_figure(made)
    assert list(panels(figure)) == ["loss  (3 values not finite)"]
    drawn = figure.axes[0].get_lines()[0].get_ydata()
    np.testing.assert_array_equal(drawn, [1.0, math.nan, math.nan, math.nan, 0.5])


@pytest.mark.parametrize("save", [to_svg, to_png])
@pytest.mark.parametrize(
    "made",
    [
        [],
        [Record("train", 1, 0, {})],
        [Record("train", 1, 1, {"train_loss": math.nan})],
        [Record("test", 1, 1, {"_hidden": 1.0, "$\\frac$": 2.0, "<b>&": -1.0, "損失": 0.0, "a\n\x00\x1b": 1e300})],
        [Record("epoch", 1, 1, {"train_loss": 1e-320, "val_loss": 1e308})],
    ],
    ids=["nothing", "empty", "only nan", "odd names", "extremes"],
)
def test_anything_can_be_drawn(save, made):
    assert len(save(curve_figure(made))) > 1000


def test_svg_is_well_formed_text_without_links(records):
    odd = [Record("epoch", i, 10 * i, {"<b>&": 1.0}) for i in (1, 2)]
    svg = to_svg(curve_figure([*records, *odd]))
    root = ElementTree.fromstring(svg)
    texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"loss", "epoch", "val 0.2000", "<b>&"} <= texts
    links = [value for element in root.iter() for name, value in element.attrib.items() if name.endswith("href")]
    assert links
    assert all(link.startswith("#") for link in links)
    assert b"currentColor" in svg


@pytest.mark.parametrize("save", [to_svg, to_png])
def test_the_same_records_give_the_same_bytes(save, records):
    assert save(curve_figure(records)) == save(curve_figure(records))


def test_png_has_the_asked_for_resolution(records):
    figure = curve_figure(records)
    width, height = Image.open(io.BytesIO(to_png(figure, dpi=50.0))).size
    assert (width, height) == (round(50 * figure.get_figwidth()), int(50 * figure.get_figheight()))


def test_a_name_from_a_file_cannot_stretch_the_figure():
    figure = curve_figure([Record("epoch", 1, 1, {"x" * 1000: 1.0})], title="y" * 1000)
    assert to_png(figure)
    assert figure.get_figwidth() < 10


def test_only_a_figure_without_records_says_so(records):
    def words(some):
        return [text.get_text() for text in curve_figure(some).axes[0].texts]

    assert words([]) == ["no records yet"]
    assert "no records yet" not in words(records)


def test_beside_curves_no_panel_has_points_alone():
    epochs = [Record("epoch", i, i, {"train_loss": 1.0 / i}) for i in (1, 2)]
    test = Record("test", 2, 2, {"test_loss": 0.6, "test_speed": 3.0})
    assert list(panels(curve_figure([*epochs, test]))) == ["loss"]
    assert list(panels(curve_figure([epochs[0], test]))) == ["loss", "speed"]


def test_what_was_measured_once_is_no_curve():
    once = [Record("epoch", 1, 1, {"a": 1.0}), Record("epoch", 2, 2, {"b": 1.0}), Record("test", 2, 2, {"a": 2.0})]
    assert not has_curves(once)
    assert has_curves([*once, Record("epoch", 3, 3, {"b": 2.0})])
