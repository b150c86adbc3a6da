import io
import re

import pytest
from PIL import Image

from deepdive.training.listeners import curve_figure, to_svg
from deepdive.training.records import Record
from deepdive.training.report import Section, page, text, write_report


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 3)).save(buffer, format="png")
    return buffer.getvalue()


def headings(html: str) -> list[str]:
    return re.findall(r"<h2>(.*?)</h2>", html)


def full_report(folder):
    records = [Record("epoch", epoch, 10 * epoch, {"train_loss": 1 / epoch}) for epoch in (1, 2)]
    return write_report(
        folder,
        title="lenet <quick>",
        verdict="test accuracy 0.87 ≥ 0.85: reached",
        passed=True,
        facts={"time": "41 s"},
        records=[*records, Record("test", 2, 20, {"test_loss": 7.0})],
        curves_svg=to_svg(curve_figure(records)).decode(),
        images=[("Predictions", png())],
        sections=[Section("Attention", text("head one"))],
        how_to={"Go on": "deepdive resume RUN"},
        settings={"optimizer": {"lr": 0.1}},
        environment={"torch": "2.6"},
    )


def test_all_sections_in_order(tmp_path):
    path = full_report(tmp_path)
    assert path == tmp_path / "report.html"
    html = path.read_text(encoding="utf-8")
    assert headings(html) == [
        *("Learning curves", "Images", "Attention", "Epoch by epoch"),
        *("Use it", "Settings", "Environment"),
    ]
    assert "<title>lenet &lt;quick&gt;</title>" in html
    assert '<p class="verdict pass">test accuracy 0.87 ≥ 0.85: reached</p>' in html
    assert "optimizer.lr" in html
    assert "7.0" not in html.partition("Epoch by epoch")[2].partition("</section>")[0]  # the test is no epoch


def test_nothing_is_loaded_from_elsewhere(tmp_path):
    html = full_report(tmp_path).read_text(encoding="utf-8")
    assert not re.search(r"<(script|link|iframe|object|embed|base)\b", html)
    assert "@import" not in html
    references = re.findall(r"""(?:src|href)\s*=\s*["'](.*?)["']""", html) + re.findall(r"url\((.*?)\)", html)
    assert references
    assert all(reference.startswith(("data:image/png", "#")) for reference in references)
    # the names of XML name spaces are the only addresses, and nobody fetches them
    assert {host for host in re.findall(r"https?://([^/\"']+)", html)} == {"www.w3.org"}


def test_the_least_report_has_a_verdict_only(tmp_path):
    html = write_report(tmp_path, title="x", verdict="ended <early>").read_text(encoding="utf-8")
    assert headings(html) == []
    assert '<p class="verdict">ended &lt;early&gt;</p>' in html


def test_a_miss_is_marked(tmp_path):
    html = write_report(tmp_path, title="x", verdict="missed", passed=False).read_text(encoding="utf-8")
    assert '<p class="verdict miss">missed</p>' in html


def test_the_same_facts_give_the_same_bytes(tmp_path):
    first = full_report(tmp_path).read_bytes()
    assert full_report(tmp_path).read_bytes() == first


def test_dollars_and_braces_are_text(tmp_path):
    html = page("$title ${x} {y}", text("$sections"), [Section("$style", text("100 % {z}"))])
    for words in ("$title ${x} {y}", "$sections", "$style", "100 % {z}"):
        assert words in html


def test_a_name_that_is_no_text_costs_no_report(tmp_path):
    path = write_report(tmp_path, title="\udcff", verdict="x", settings={"data": "a\udc80b"})
    assert "<title>?</title>" in path.read_text(encoding="utf-8")


def test_an_unwritable_folder_is_named(tmp_path):
    with pytest.raises(OSError, match=r"absent.*report\.html"):
        write_report(tmp_path / "absent", title="x", verdict="y")


def test_a_bad_image_is_named_and_nothing_is_written(tmp_path):
    with pytest.raises(ValueError, match="image 'cat'"):
        write_report(tmp_path, title="x", verdict="y", images=[("cat", b"")])
    assert list(tmp_path.iterdir()) == []
