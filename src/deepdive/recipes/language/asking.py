"""What a network is to be asked when it is trained, looked at before: the text decides which tokens there are."""

from collections.abc import Callable

from deepdive.names import tell


def unread(read: Callable[[], object]) -> str:
    """Why the prompt cannot be read, said before hours of training and not after them; empty where ``read`` can.

    It is no mistake: the prompt of the settings need not suit a text of one's own. The report then does without it.
    """
    try:
        read()
    except ValueError as error:
        tell(f"note: the report shows nothing of the prompt: {error}")
        return str(error)
    return ""
