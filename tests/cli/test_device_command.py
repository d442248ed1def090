"""coterie devices: adds, lists and revokes devices. On both engines."""

import json
import plistlib
import stat
from pathlib import Path

import pytest
from test_account_commands import EMAIL, home, listed, run, said

from coterie.settings import Settings

__all__ = ["home"]
pytestmark = pytest.mark.slow


def test_a_device_is_added_listed_and_revoked(home: Settings, tmp_path: Path) -> None:
    made = json.loads(
        said(home, "device", "add", "iPhone", "--user", EMAIL, "--url", "https://book.example.org", "--json")
    )
    assert made["url"] == "https://book.example.org/dav/" and made["user"] == EMAIL
    assert made["davx5"] == "davx5://marge%40example.org@book.example.org/dav/"
    assert len(made["password"]) == 19
    (device,) = listed(home, "device", "list")
    assert (device["name"], device["state"], device["last_seen_at"]) == ("iPhone", "active", None)
    assert made["password"] not in said(home, "device", "list")
    assert said(home, "device", "revoke", made["device_id"]) == f"Device {made['device_id']} revoked.\n"
    assert run(home, "device", "revoke", made["device_id"]).stderr == "coterie: The device is already revoked\n"
    assert listed(home, "device", "list")[0]["state"] == "revoked"


def test_a_configuration_profile_has_the_whole_account(home: Settings, tmp_path: Path) -> None:
    file = tmp_path / "coterie.mobileconfig"
    shown = said(
        home, "device", "add", "iPad & Mac", "--user", EMAIL, "--url", "https://book.example.org:8443", "--read-only",
        "--mobileconfig", str(file),
    )  # fmt: skip
    profile = plistlib.loads(file.read_bytes())
    (account,) = profile["PayloadContent"]
    assert profile["PayloadDisplayName"] == "iPad & Mac"
    assert (account["CardDAVHostName"], account["CardDAVPort"], account["CardDAVUseSSL"]) == (
        "book.example.org",
        8443,
        True,
    )
    assert (account["CardDAVUsername"], account["CardDAVPrincipalURL"]) == (EMAIL, "/dav/")
    assert account["CardDAVPassword"] in shown
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert listed(home, "device", "list")[0]["state"] == "read-only"


def test_only_members_have_devices(home: Settings) -> None:
    assert "is not a member" in run(home, "device", "add", "x", "--user", "bart@example.org").stderr
    assert "printable" in run(home, "device", "add", "a\tb", "--user", EMAIL).stderr
