"""Time grows with a text from outside and not with its square: nobody stops an instance with one text."""

import re
import time
from pathlib import Path

import pytest
from outside_text import CLASSES, Call, calls, file_calls

pytestmark = pytest.mark.slow

LENGTH_MAX = 100_000
# what a linear function takes at most for a text so long, and a quadratic one does not
QUICK_SECONDS = 0.05
# twice as long a text takes twice as long, and a quadratic function four times
GROWTH_MAX = 2.9
# of one measurement of each length, which costs a third: what noise does not make of four times
GROWTH_SURE = 2.4
HOPELESS_SECONDS = 1.0

CALLS = calls()


def _texts(unit: str, length: int) -> list[str]:
    run = unit * ((length - 2) // len(unit))
    return [run, f"a{run}b", f"a\n{run}b"]


def _seconds(call: Call, text: str, best_of: int = 1) -> float:
    best = float("inf")
    for _ in range(best_of):
        begin = time.thread_time()
        try:
            call(text)
        except Exception:  # whether it is accepted is not asked here
            pass
        best = min(best, time.thread_time() - begin)
    return best


def _problem(call: Call, unit: str, form: int) -> str | None:
    """What is wrong with the growth of one call."""
    before = seconds = 0.0
    for length in (LENGTH_MAX // 16, LENGTH_MAX // 4, LENGTH_MAX // 2, LENGTH_MAX):
        before, seconds = seconds, _seconds(call, _texts(unit, length)[form])
        if seconds > HOPELESS_SECONDS:  # far from linear: do not wait for longer texts
            return f"{seconds:.1f} s for {length:,} characters"
        if seconds * (LENGTH_MAX // length) ** 2 < QUICK_SECONDS:  # even a quadratic function would be quick
            return None
    if seconds < GROWTH_SURE * before:
        return None
    # of a function that gives up at some length only one of the ratios is large
    for length in (LENGTH_MAX // 2, LENGTH_MAX):
        if (ratio := _growth(call, unit, form, length)) < GROWTH_MAX:
            return None
    return f"twice the text takes {ratio:.1f} times as long"


def _growth(call: Call, unit: str, form: int, length: int) -> float:
    """The ratio of the times for twice the length and the length; the least of several, for the machine is noisy."""
    once, twice = _texts(unit, length)[form], _texts(unit, length * 2)[form]
    ratio = float("inf")
    for _ in range(4):
        ratio = min(ratio, _seconds(call, twice, 2) / max(_seconds(call, once, 2), 1e-9))
        if ratio < GROWTH_MAX:
            break
    return ratio


def _problems(call: Call) -> list[str]:
    return [
        f"{name}, form {form}: {problem}"
        for name, unit in CLASSES.items()
        for form in range(3)
        if (problem := _problem(call, unit, form))
    ]


@pytest.mark.parametrize("name", CALLS)
def test_a_function_of_text_from_outside_is_linear(name: str) -> None:
    assert _problems(CALLS[name]) == []


@pytest.mark.parametrize("name", file_calls(Path()))
def test_a_reader_of_files_is_linear(name: str, tmp_path: Path) -> None:
    assert _problems(file_calls(tmp_path)[name]) == []


def test_a_quadratic_pattern_is_found_out() -> None:
    assert _problem(lambda text: re.search(r"\.+!", text), ".", 0) is not None
