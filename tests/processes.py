"""Runs the tests in several processes (`-n`), which fork when the tests are collected.

A process that starts on its own imports everything and collects all tests again: four of them took 28 s of CPU for
that, a sixth of `make quick`. A forked one has both.

Guarantees. Each test runs once, in the order of its neighbours, so that what a module or an engine shares is made in
few processes: each process has a range of the tests and, when it has none left, half of the longest other range. A
process that dies is a failed test. Processes end with the first one, also if that is killed.
"""

import fcntl
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from mmap import mmap
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from types import SimpleNamespace
from typing import IO, Any

import pytest

NUMBER_BYTES = 4
NONE = 2**32 - 1


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("processes")
    # lower-case options of one letter are for pytest itself, says addoption; everybody knows this one
    group._addoption("-n", dest="process_count", type=int, default=1, help="run the tests in so many processes")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    options = session.config.option
    if options.process_count < 2 or options.collectonly or session.testsfailed or len(session.items) < 2:
        return None
    _run(session, min(options.process_count, len(session.items)))
    return True


class Shares:
    """Who runs what, in memory that all processes see: a range of tests and two taken tests of each."""

    def __init__(self, test_count: int, process_count: int, lock: IO[bytes]) -> None:
        self.process_count = process_count
        self._numbers = memoryview(mmap(-1, 4 * process_count * NUMBER_BYTES)).cast("I")
        # the kernel unlocks for a process that dies
        self._lock = lock
        for number in range(process_count):
            self._set(number, test_count * number // process_count, test_count * (number + 1) // process_count)
            self._numbers[4 * number + 2] = self._numbers[4 * number + 3] = NONE

    def take(self, number: int) -> int | None:
        """A test for this process, which no other one gets; None if all are taken."""
        with self._locked():
            begin, end = self._range(number)
            if begin == end:
                longest = max(range(self.process_count), key=lambda other: self._left(other))
                first, end = self._range(longest)
                begin = (first + end) // 2
                self._set(longest, first, begin)
            if begin == end:
                return None
            self._set(number, begin + 1, end)
            return begin

    def note(self, number: int, running: int | None, following: int | None) -> None:
        """Names the tests that are lost if the process dies now."""
        place = 4 * number + 2
        self._numbers[place : place + 2] = _two(*(NONE if each is None else each for each in (running, following)))

    def noted(self, number: int) -> list[int]:
        return [each for each in self._numbers[4 * number + 2 : 4 * number + 4] if each != NONE]

    def stop(self) -> None:
        """No process takes another test."""
        with self._locked():
            for number in range(self.process_count):
                self._set(number, 0, 0)

    def _left(self, number: int) -> int:
        begin, end = self._range(number)
        return end - begin

    def _range(self, number: int) -> tuple[int, int]:
        begin, end = self._numbers[4 * number : 4 * number + 2]
        return begin, end

    def _set(self, number: int, begin: int, end: int) -> None:
        self._numbers[4 * number : 4 * number + 2] = _two(begin, end)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.lockf(self._lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._lock, fcntl.LOCK_UN)


def _two(first: int, second: int) -> memoryview:
    return memoryview(first.to_bytes(4, sys.byteorder) + second.to_bytes(4, sys.byteorder)).cast("I")


@dataclass
class Process:
    id: int
    number: int
    reports: Connection


def _run(session: pytest.Session, process_count: int) -> None:
    """Runs all tests and reports them as if they ran here."""
    # the folder of all processes, which the session deletes at its end
    session.config._tmp_path_factory.getbasetemp()
    with tempfile.TemporaryFile() as lock:
        shares = Shares(len(session.items), process_count, lock)
        left: dict[Connection, Process] = {}
        for number in range(process_count):
            process = _fork(session, shares, number, list(left))
            left[process.reports] = process
        try:
            _receive(session, shares, left)
        finally:
            for process in left.values():
                os.kill(process.id, signal.SIGTERM)
                os.waitpid(process.id, 0)
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)


def _receive(session: pytest.Session, shares: Shares, left: dict[Connection, Process]) -> None:
    """Reports what the processes report, until the last one has ended."""
    while left:
        for reports in wait(list(left)):
            try:
                _report(session, reports.recv())
            except EOFError:
                _ended(session, left.pop(reports), shares)
            if session.shouldfail or session.shouldstop:
                shares.stop()


def _report(session: pytest.Session, reports: list[dict[str, Any]] | str) -> None:
    if isinstance(reports, str):
        raise RuntimeError(reports)
    hook = session.config.hook
    for data in reports:
        report = hook.pytest_report_from_serializable(config=session.config, data=data)
        hook.pytest_runtest_logreport(report=report)


def _ended(session: pytest.Session, process: Process, shares: Shares) -> None:
    """Tests that a process left are failed ones."""
    code = os.waitstatus_to_exitcode(os.waitpid(process.id, 0)[1])
    process.reports.close()
    lost = [session.items[index] for index in shares.noted(process.number)]
    if code and not lost:
        raise session.Failed(f"a process of the tests ended with {code}")
    for item, words in zip(lost, (f"its process ended with {code}", "its process ended before it"), strict=False):
        report = pytest.TestReport(item.nodeid, item.location, {}, "failed", words, "call")
        session.config.hook.pytest_runtest_logreport(report=report)


def _fork(session: pytest.Session, shares: Shares, number: int, others: list[Connection]) -> Process:
    reading, writing = Pipe(duplex=False)
    if process_id := os.fork():
        writing.close()
        return Process(process_id, number, reading)
    code = 1
    try:
        for connection in [reading, *others]:
            connection.close()
        _work(session, shares, number, writing)
        code = 0
    except (KeyboardInterrupt, BrokenPipeError):  # the first process ends and says so
        pass
    except BaseException:
        writing.send(traceback.format_exc())
    finally:
        # what the first process does at its end, this one does not do again
        os._exit(code)
    raise AssertionError("unreachable")


# pytest keeps plugins in sets
@dataclass(eq=False)
class Reporter:
    """Keeps the reports of a test for the first process."""

    config: pytest.Config
    waiting: list[dict[str, Any]] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.waiting.append(self.config.hook.pytest_report_to_serializable(config=self.config, report=report))


def _work(session: pytest.Session, shares: Shares, number: int, reports: Connection) -> None:
    """Runs tests until none is left."""
    reporter = _prepare(session.config, number)
    index = shares.take(number)
    while index is not None:
        # it must be known before, for it decides which fixtures end; so it is taken
        following = shares.take(number)
        shares.note(number, index, following)
        session.config.hook.pytest_runtest_protocol(
            item=session.items[index], nextitem=None if following is None else session.items[following]
        )
        reports.send(reporter.waiting)
        reporter.waiting.clear()
        index = None if session.shouldfail or session.shouldstop else following
    shares.note(number, None, None)
    session._setupstate.teardown_exact(None)


def _prepare(config: pytest.Config, number: int) -> Reporter:
    """What processes may not share: the terminal, the files of captured output, the folder of temporary files."""
    plugins = config.pluginmanager
    terminal = plugins.unregister(name="terminalreporter")
    # asked for how to highlight differences
    plugins.register(SimpleNamespace(_tw=terminal._tw), "terminalreporter")
    capture = plugins.get_plugin("capturemanager")
    if capture._global_capturing is not None:
        capture._global_capturing.stop_capturing()
        capture._global_capturing = None
        capture.start_global_capturing()
    folders = config._tmp_path_factory
    folders._basetemp = folders.getbasetemp() / f"process-{number}"
    folders._basetemp.mkdir(mode=0o700)
    reporter = Reporter(config)
    plugins.register(reporter)
    return reporter
