"""vdirsyncer's own tests of a CardDAV server, against a real server. `make setup-dev` fetches them with its sources."""

import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from carddav.dav_client import Dav
from carddav.programs import PROGRAMS, SOURCES, serving
from world import World

from coterie.settings import Settings

pytestmark = pytest.mark.slow

# the cases that skip themselves, and why
SKIPPED = {
    "test_empty_metadata": "it skips every server: it asks for no color and no name, and a book of a server has a name",
    "test_recurring_events[VCARD]": "needs a calendar",
}
PASSED_MIN = 34


def test_every_case_of_the_storage_tests_passes(world: World, settings: Settings, dav: Dav, tmp_path: Path) -> None:
    with serving(settings) as url:
        outcomes = run_suite(tmp_path, f"{url}/dav/", dav)
    assert {case for case, outcome in outcomes.items() if outcome == "skipped"} == set(SKIPPED)
    assert {case: outcome for case, outcome in outcomes.items() if outcome not in ("passed", "skipped")} == {}
    assert len(outcomes) - len(SKIPPED) >= PASSED_MIN


def run_suite(place: Path, url: str, dav: Dav) -> dict[str, str]:
    """Runs the cases for CardDAV. Returns the outcome of each: passed, skipped, failure or error."""
    assert SOURCES.exists(), f"{SOURCES} is missing: make setup-dev fetches vdirsyncer's tests"
    shutil.copytree(SOURCES / "tests", place / "tests")
    server = place / "tests" / "storage" / "servers" / "coterie"
    server.mkdir()
    shutil.copy(Path(__file__).parent / "vdirsyncer_server.py", server / "__init__.py")
    (place / "pytest.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(place), "DAV_SERVER": "coterie",
        "DAV_URL": url, "DAV_USER": dav.user, "DAV_PASSWORD": dav.password,
    }  # fmt: skip
    done = subprocess.run(
        [PROGRAMS / "python", "-m", "pytest", "-q", "--junitxml=report.xml", "tests/storage/dav/test_carddav.py"],
        cwd=place, env=environment, capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stdout + done.stderr
    cases = ET.parse(place / "report.xml").iter("testcase")
    return {case.get("name", ""): next((part.tag for part in case), "passed") for case in cases}
