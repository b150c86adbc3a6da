import logging

import pytest

from deepdive.training.listeners import Curves, curve_figure, to_png, to_svg
from deepdive.training.records import Plan


def run(curves, plan, records):
    curves.start(plan)
    for record in records:
        curves.record(record)
    curves.finish()


def test_draws_at_the_end(tmp_path, plan, records):
    curves = Curves(tmp_path)
    curves.start(plan)
    for record in records:
        curves.record(record)
    assert list(tmp_path.iterdir()) == []
    curves.finish()
    assert {path.name for path in tmp_path.iterdir()} == {"curves.svg", "curves.png"}
    figure = curve_figure(records, steps_per_epoch=10)
    assert (tmp_path / "curves.svg").read_bytes() == to_svg(figure)
    assert (tmp_path / "curves.png").read_bytes() == to_png(figure)


def test_a_resumed_run_draws_the_whole_run_once(tmp_path, plan, records):
    for name in ("once", "twice"):
        (tmp_path / name).mkdir()
    run(Curves(tmp_path / "once"), plan, records)
    resumed = Plan(total_steps=20, steps_per_epoch=10, start_step=10, start_records=3)
    run(Curves(tmp_path / "twice", history=records[:5]), resumed, records[3:])
    assert (tmp_path / "twice" / "curves.svg").read_bytes() == (tmp_path / "once" / "curves.svg").read_bytes()


def test_draws_during_the_run_if_asked(tmp_path, plan, records):
    class Clock:
        now = 0.0

        def __call__(self) -> float:
            return self.now

    clock = Clock()
    curves = Curves(tmp_path, every=60.0, clock=clock)
    curves.start(plan)
    first, second = (record for record in records if record.kind == "epoch")
    clock.now = 59.0
    curves.record(first)
    assert not (tmp_path / "curves.svg").exists()
    clock.now = 61.0
    curves.record(second)
    assert (tmp_path / "curves.svg").read_bytes() == to_svg(curve_figure([first, second], steps_per_epoch=10))


def test_a_run_without_records_draws_nothing(tmp_path, plan):
    curves = Curves(tmp_path)
    curves.finish()
    run(curves, plan, [])
    assert list(tmp_path.iterdir()) == []


def test_curves_that_cannot_be_written_are_one_warning(tmp_path, plan, records, caplog):
    curves = Curves(tmp_path / "absent", every=0.0)
    with caplog.at_level(logging.WARNING):
        run(curves, plan, records)
    (warning,) = caplog.records
    assert warning.getMessage().startswith("could not write the curves, the run goes on without: ")
    assert "curves.svg" in warning.getMessage()


def test_a_full_disk_leaves_the_earlier_curves_whole(tmp_path, plan, records, caplog):
    import resource

    run(Curves(tmp_path), plan, records[:3])
    before = (tmp_path / "curves.svg").read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        run(Curves(tmp_path), plan, records)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "curves.svg").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"curves.svg", "curves.png"}
    assert "could not write the curves" in caplog.text


def test_refuses_a_negative_interval(tmp_path):
    with pytest.raises(ValueError, match=r"every must be 0 seconds or more, got -1\.0"):
        Curves(tmp_path, every=-1.0)
