import threading

import pytest

from ltxspec.errors import StorageError
from ltxspec.project.doctor.rows import WARNING, Row, Started


def test_a_check_that_does_not_end_is_a_warning_after_its_time_and_holds_up_nothing() -> None:
    never = threading.Event()

    def hang() -> Row:
        never.wait(20)
        return "disk", True, "fine"

    name, ok, detail = Started("disk", hang, 0.05).row()
    never.set()
    assert (name, ok, detail.startswith("no result within 0.1 s")) == ("disk", WARNING, True)


def test_a_check_that_cannot_be_made_is_a_row_and_a_bug_is_none() -> None:
    def fail() -> Row:
        raise StorageError("the disk is gone", hint="mount it")

    assert Started("disk", fail, 5).row() == ("disk", False, "the disk is gone; mount it")

    def wrong() -> Row:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Started("disk", wrong, 5).row()
