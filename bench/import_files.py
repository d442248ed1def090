"""What the benches of imports need: a large Google CSV file, and an empty instance that runs commands."""

import csv
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.people import DOMAINS, EMPLOYERS, FIRST, LAST
from bench.processes import coterie_environment, running

HEADERS = (
    "First Name", "Middle Name", "Last Name", "Nickname", "Organization Name", "Organization Title", "Birthday",
    "Notes", "Labels", "E-mail 1 - Label", "E-mail 1 - Value", "E-mail 2 - Label", "E-mail 2 - Value",
    "Phone 1 - Label", "Phone 1 - Value", "Phone 2 - Label", "Phone 2 - Value", "Address 1 - Label",
    "Address 1 - Street", "Address 1 - City", "Address 1 - Postal Code", "Address 1 - Country",
)  # fmt: skip
TITLES = ("Engineer", "Nurse", "Teacher", "Baker", "")
FIRST_BIRTHDAY, BIRTHDAYS = date(1940, 1, 1), 60 * 365
STREETS = tuple(f"{name} {kind}" for name in LAST[:40] for kind in ("Street", "Road", "Lane"))
CITIES = (("Lisboa", "1100-148", "Portugal"), ("Berlin", "10115", "Germany"), ("Springfield", "97477", "USA"))


def write_file(path: Path, count: int, *, first: int = 0) -> None:
    """A typical Google Contacts export: everybody has a phone number and an e-mail address, some have more.

    first: the number of the first person; the same numbers are the same people.
    """
    rng = random.Random(7)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(_row(rng, number) for number in range(first, first + count))


def _row(rng: random.Random, number: int) -> list[str]:
    first, last = rng.choice(FIRST), rng.choice(LAST)
    works, born, lives, noted = (rng.random() < share for share in (0.4, 0.3, 0.25, 0.1))
    city, postcode, country = rng.choice(CITIES)
    second_mail, second_phone = rng.random() < 0.15, rng.random() < 0.2
    digits = f"{2_000_000_000 + number * 61 % 7_999_999_999:010}"
    phone = rng.choice((f"+1{digits}", f"({digits[:3]}) {digits[3:6]}-{digits[6:]}", f"+49 30 {number:07}"))
    return [
        first,
        "",
        f"{last}{number % 997 or ''}",
        "",
        rng.choice(EMPLOYERS) if works else "",
        rng.choice(TITLES) if works else "",
        (FIRST_BIRTHDAY + timedelta(days=number * 7919 % BIRTHDAYS)).isoformat() if born else "",
        "Met at the fair in Lisbon." if noted else "",
        "Friends ::: * myContacts" if number % 3 else "* myContacts",
        "* ", f"person{number}@{DOMAINS[number % len(DOMAINS)]}",
        "Work" if second_mail else "", f"p{number}@work.example" if second_mail else "",
        "Mobile", phone,
        "Work" if second_phone else "", f"+351 21 {number:07}" if second_phone else "",
        "Home" if lives else "", f"{STREETS[number % len(STREETS)]} {number * 31 % 199 + 1}" if lives else "",
        city if lives else "", postcode if lives else "", country if lives else "",
    ]  # fmt: skip


class Instance:
    """An empty instance in the folder, used through its commands."""

    def __init__(self, folder: Path, database_url: str | None) -> None:
        self.data = folder / "data"
        settings = {"data": str(self.data)} | ({"database_url": database_url} if database_url else {})
        self.environment = coterie_environment(**settings)
        created, _, _ = self.run("bootstrap", "--organization", "Bench", "--email", "b@example.org",
                                 "--password", "benchmark", "--country", "US", "--json")  # fmt: skip
        self.token = str(created["token"])

    def run(self, *arguments: str) -> tuple[Any, float, float]:
        """run_command of this instance."""
        return run_command(self.environment, *arguments)


def run_command(environment: Mapping[str, str], *arguments: str) -> tuple[Any, float, float]:
    """(its JSON, seconds, peak memory in MB) of one command. Ends the program if the command fails."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "coterie", *arguments]
    with (
        running(command, env=environment, stdout=subprocess.PIPE) as process,
        ThreadPoolExecutor(1) as threads,
    ):
        peak = threads.submit(_watch_memory, process)
        output, _ = process.communicate()
        seconds = time.perf_counter() - started
        if process.returncode:
            sys.exit(f"bench: coterie {arguments[0]} ended with {process.returncode}")
        return json.loads(output), seconds, peak.result()


def cpu_of_children() -> float:
    """The CPU seconds of the commands that have ended, with their own children: the same on a busy machine."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch_memory(process: "subprocess.Popen[bytes]") -> float:
    """The peak resident memory of a process and its children together, in MB; shared pages count in each."""
    peak = 0.0
    while process.poll() is None:
        with suppress(OSError, ValueError, IndexError):  # one that has just ended
            peak = max(peak, memory_of(process.pid))
        time.sleep(0.05)
    return peak


def memory_of(pid: int) -> float:
    """The resident memory of a process and its children together, in MB; shared pages count in each."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    sizes = [int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in (pid, *children)]
    return sum(sizes) * os.sysconf("SC_PAGE_SIZE") / 1_048_576
