"""The prompt of a report, looked at before training: the text decides which tokens there are."""

from collections.abc import Callable, Iterator


def fault_of(read: Callable[[], object]) -> str:
    """Why ``read`` cannot read the prompt; empty where it can.

    It is no mistake: the prompt of the settings need not suit a text of one's own. The report then does without it.
    """
    try:
        read()
    except ValueError as error:
        return str(error)
    return ""


def prompt_notes(fault: str) -> Iterator[str]:
    """What the user is told of an unreadable prompt before hours of training, and not after them."""
    if fault:
        yield f"the report shows nothing of the prompt: {fault}"
