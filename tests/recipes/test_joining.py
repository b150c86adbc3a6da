from deepdive.recipes.experiments.merged_listeners import Extent, MergedListeners
from deepdive.training.records import Plan, Record


class Ear:
    def __init__(self):
        self.heard = []

    def start(self, plan):
        self.heard.append(plan)

    def record(self, record):
        self.heard.append((record.epoch, record.step))

    def finish(self):
        self.heard.append("finish")


def record(epoch, step):
    return Record("epoch", epoch, step, {})


def test_trainings_are_told_as_one_run():
    ear = Ear()
    joined = MergedListeners([ear], training_runs=2)
    for _ in range(2):
        joined.start(Plan(20, 10))
        joined.record(record(1, 10))
        joined.record(record(2, 20))
        joined.finish()
        assert joined.extent == Extent(20, 2, 2)
        joined.advance(joined.extent)
    joined.close()
    assert ear.heard == [Plan(40, 10), (1, 10), (2, 20), (3, 30), (4, 40), "finish"]


def test_after_a_resume_the_listeners_begin_where_the_training_goes_on():
    ear = Ear()
    joined = MergedListeners([ear], training_runs=3)
    joined.advance(Extent(20, 2, 3))
    joined.start(Plan(20, 10, start_step=10, start_records=1, start_epoch=1))
    joined.record(record(2, 20))
    assert joined.extent == Extent(20, 2, 2)
    assert ear.heard == [Plan(60, 10, 30, 4, 3), (4, 40)]


def test_a_training_that_was_over_but_not_noted_took_what_it_took():
    ear = Ear()
    joined = MergedListeners([ear], training_runs=3)
    joined.advance(Extent(20, 2, 3))
    joined.start(Plan(30, 10, start_step=30, start_records=5, start_epoch=3))
    joined.finish()
    assert joined.extent == Extent(30, 3, 5)
    joined.advance(joined.extent)
    joined.start(Plan(20, 10))
    joined.record(record(1, 10))
    assert ear.heard == [Plan(90, 10, 50, 8, 5), (6, 60)]


def test_a_run_whose_trainings_are_all_over_tells_nothing():
    ear = Ear()
    joined = MergedListeners([ear], training_runs=1)
    joined.advance(Extent(20, 2, 3))
    joined.close()
    assert ear.heard == []
