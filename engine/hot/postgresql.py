"""
Several prepared statements in one round trip, by libpq's pipeline mode.

psycopg's own pipeline travels once for every statement and prepares them when
it likes; here libpq is spoken to through `psycopg.pq`, and psycopg's adapters
write and read the values. The state of the transaction is libpq's, so that
psycopg's commit and rollback know of what happened here.
"""

from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from typing import Any

import psycopg
from psycopg import generators, pq
from psycopg.abc import PQGen
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.waiting import Wait
from sqlalchemy import Connection

from engine.hot.words import Given, Said, Words


class Speaker:
    """One connection of psycopg: how its values are written and read, and what is prepared there."""

    def __init__(self, driver: Any) -> None:
        self._driver, self._libpq = driver, driver.pgconn
        self._values = Transformer(driver)
        self._names: dict[str, bytes] = {}
        self._numbers = count(1)

    def say(self, said: Said) -> list[list[Any]]:
        """
        What each of these statements finds. What is not prepared yet is prepared on the way.

        Raises:
            psycopg.Error: the first that went wrong; those after it did not run.
        """
        sent = [(words, [self._written(words, one) for one in given]) for words, given in said]
        new = {words.text: b"hot_%d" % next(self._numbers) for words, _ in said if words.text not in self._names}
        names = self._names | new if new else self._names
        libpq = self._libpq
        libpq.enter_pipeline_mode()
        try:
            begins = self._begin()
            for text, name in new.items():
                libpq.send_prepare(name, text.encode())
            for words, given in sent:
                for values, formats in given:
                    libpq.send_query_prepared(names[words.text], values, formats, pq.Format.BINARY)
            libpq.pipeline_sync()
            results = iter(self._driver.wait(self._results())[begins + len(new) :])
        finally:
            with suppress(psycopg.Error):  # Then the connection is lost, and another error says so.
                libpq.exit_pipeline_mode()
        self._names = names
        return [words.rows(row for _ in given for row in self._read(next(results))) for words, given in sent]

    def _written(self, words: Words, given: Given) -> tuple[Any, Any]:
        values = self._values.dump_sequence(words.values(given), words.formats)
        return values, self._values.formats

    def _begin(self) -> bool:
        """Begin a transaction, as psycopg would with its first statement; whether that was needed."""
        idle = self._libpq.transaction_status == pq.TransactionStatus.IDLE and not self._driver.autocommit
        if idle:
            self._libpq.send_query_params(b"BEGIN", None)
        return idle

    def _results(self) -> PQGen[list[Any]]:
        """The results of all that was sent. They are read to their end before an error is raised."""
        libpq, results, error = self._libpq, [], None
        if libpq.flush():
            yield from generators.send(libpq)
        while True:
            if libpq.is_busy():
                yield Wait.R
                libpq.consume_input()
                continue
            result = libpq.get_result()
            if result is None:  # The end of one statement.
                continue
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                break
            if result.status == pq.ExecStatus.FATAL_ERROR and error is None:
                error = error_from_result(result, self._driver.info.encoding)
            results.append(result)
        if error is not None:
            raise error
        return results

    def _read(self, result: Any) -> Iterable[Any]:
        if not result.ntuples:
            return ()
        self._values.set_pgresult(result)
        return self._values.load_rows(0, result.ntuples, tuple)


def speaker(connection: Connection) -> Speaker:
    """The one of this connection; it lives as long as the driver's connection does."""
    known = connection.info
    if "speaker" not in known:
        known["speaker"] = Speaker(connection.connection.driver_connection)
    found: Speaker = known["speaker"]
    return found
