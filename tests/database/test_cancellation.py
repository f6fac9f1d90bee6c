"""Work that another thread cancels."""

import threading

import pytest

import chemdb
from chemdb.database.execution import Cancellation, CancelledWorkError

ENDLESS = "select sum(a.range * b.range) from range(1_000_000_000) a, range(1_000) b"


def test_cancelled_work_ends_and_no_other(small_path):
    with chemdb.open(small_path) as db:
        cancellation, errors = Cancellation(), []

        def work():
            with cancellation.entered():
                try:
                    list(db.sql(ENDLESS))
                except (chemdb.ChemdbError, CancelledWorkError) as error:
                    errors.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        with db.cursor() as other:
            while thread.is_alive():
                cancellation.cancel()
                thread.join(0.05)
            assert other.execute("select 1").fetchall() == [(1,)]
        assert len(errors) == 1


def test_cancelled_work_begins_no_statement(small_path):
    cancellation = Cancellation()
    cancellation.cancel()
    with chemdb.open(small_path) as db, cancellation.entered(), pytest.raises(CancelledWorkError):
        list(db.sql("select 1"))
