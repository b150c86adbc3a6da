"""The records of a run over all its sessions."""

from collections.abc import Iterable

from deepdive.training.records import Record


class History:
    """Records in order, one for each kind and step.

    A resumed run may repeat what an interrupted session recorded after its last checkpoint; the
    repetition replaces the original.
    """

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._by_moment = {(record.kind, record.step): record for record in records}

    def resume_at(self, step: int) -> None:
        """Forget what comes after ``step``: it is about to happen again."""
        self._by_moment = {moment: record for moment, record in self._by_moment.items() if moment[1] <= step}

    def add(self, record: Record) -> None:
        """One more record."""
        self._by_moment[record.kind, record.step] = record

    @property
    def records(self) -> list[Record]:
        """All records so far."""
        return list(self._by_moment.values())
