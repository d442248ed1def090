"""The CardDAV scripts of apple/ccs-caldavtester in tests/data/ccs: which cases pass, and why the others do not."""

import pytest
from carddav.ccs import SCRIPTS, Script
from carddav.dav_client import new_device
from client import Client
from world import World

# A case that does not pass -> our reason. One that passes must not be here.
MISSES = {
    "errors/ERROR CONDITIONS/1": "409 with the href of the other card: a 403 ends the sync of some clients for good",
    "errors/ERROR CONDITIONS/2": "the same",
    "errors/ERROR CONDITIONS/5": "the card of case 1 is there",
    "errors/ERROR CONDITIONS/8": "control characters are removed: a card that is refused is sent again for ever",
    "get/GET on resource/3": "the page of a principal does not list reports",
    "mkcol/MKCOL with body/1": "an extended MKCOL makes a book of a folder (RFC 5689); Apple's server allows none",
    "nonascii/Non-utf-8 address data/1": "the file is UTF-8; only its UID is missing, which is added",
    "nonascii/Non-utf-8 address data/2": "the same",
    "nonascii/Non-utf-8 address data/3": "the same",
    "put/PUT groups/1": "a group is stored as it came, so the response has its ETag",
    "put/PUT groups/2": "409, as for errors/1",
    "put/PUT groups/3": "409, as for errors/1",
}
LEAST = 64


@pytest.mark.slow
def test_the_cases_of_the_scripts(client: Client, world: World) -> None:
    devices = [new_device(client, world.database, each) for each in (world.alice, world.charlie)]
    failed: dict[str, str] = {}
    passed = set()
    for file in sorted(SCRIPTS.glob("*.xml")):
        for case, reason in Script(file.stem, devices).run():
            if reason is None:
                passed.add(case)
            else:
                failed[case] = reason
    assert {case: reason for case, reason in failed.items() if case not in MISSES} == {}
    assert passed & MISSES.keys() == set()
    assert len(passed) >= LEAST
