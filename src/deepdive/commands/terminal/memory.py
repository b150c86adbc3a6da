"""Memory: what a command asks for beyond what the machine has is refused in one line, not ended by the system."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_WORDS = ("out of memory", "not enough memory", "can't allocate memory")
_CONTROL_GROUP = Path("/sys/fs/cgroup")


@contextmanager
def within_memory() -> Iterator[None]:
    """Let a process have what memory is free now, and tell the end of it clearly.

    Without a limit, Linux grants more than it has, and kills a process that uses it: without a word, and perhaps
    another one. Where there is a graphics card, whose driver reserves far more addresses than it uses, there is none.

    Raises:
        MemoryError: there is not enough; the message says what makes a run smaller.
    """
    with _limit():
        try:
            yield
        except (MemoryError, RuntimeError) as error:
            if not isinstance(error, MemoryError) and not any(words in str(error) for words in _WORDS):
                raise
            short = MemoryError(
                "this needs more memory than there is; make the network narrower, the batches or the images smaller, "
                "or use fewer examples"
            )
            for note in getattr(error, "__notes__", ()):
                short.add_note(note)
            raise short from error


@contextmanager
def _limit() -> Iterator[None]:
    free = _free()
    if free is None or _has_graphics_card():
        yield
        return
    import resource

    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    limits = [each for each in (_taken() + free, before) if each != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(limits), most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))


def _free() -> int | None:
    """Bytes that can still be had, those of the swap space included; ``None`` where nobody says so."""
    sizes = _sizes(Path("/proc/meminfo"))
    if "MemAvailable" not in sizes:
        return None
    free = sizes["MemAvailable"] + sizes.get("SwapFree", 0)
    try:
        most = int((_CONTROL_GROUP / "memory.max").read_text())
        used = dict(line.split() for line in (_CONTROL_GROUP / "memory.stat").read_text().splitlines())
        return min(free, most - int(used["anon"]))
    except (OSError, ValueError, KeyError):  # no limit of its own
        return free


def _taken() -> int:
    """Bytes of this process that count for the limit."""
    return _sizes(Path("/proc/self/status")).get("VmData", 0)


def _sizes(path: Path) -> dict[str, int]:
    """Lines like ``VmData:   4 kB``."""
    try:
        words = [line.split() for line in path.read_text().splitlines()]
    except OSError:
        return {}
    return {each[0].rstrip(":"): 1024 * int(each[1]) for each in words if len(each) == 3 and each[2] == "kB"}


def _has_graphics_card() -> bool:
    return any(Path("/dev").glob("nvidia[0-9]*")) or Path("/dev/kfd").exists()
