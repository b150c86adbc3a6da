import pytest

from deepdive.panics import panics_told


def test_a_panic_becomes_an_error_and_nothing_else_does():
    panic = type("PanicException", (BaseException,), {})
    with pytest.raises(ValueError, match="its reader stopped at it: called unwrap"), panics_told():
        raise panic("called unwrap")
    for error in (KeyboardInterrupt, KeyError, SystemExit):
        with pytest.raises(error), panics_told():
            raise error("as it is")
