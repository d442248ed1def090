"""Settings: phones and programs that sync by CardDAV. An owner sees all of them, a member their own."""

from coterie.actions.devices import add_device, revoke_device, set_groups
from coterie.errors import Invalid, NotFound, invalid
from coterie.model.carddav_accounts import DeviceAccount, davx5_link, mobileconfig
from coterie.model.devices import Device, hash_password
from coterie.store.database import Tx
from coterie.store.devices import find_login, list_devices
from coterie.web.page import Download, Go, Page, Result, Show, Visit
from coterie.web.qr_codes import qr_code
from coterie.web.settings import is_owner
from coterie.web.settings_deletions import deletion_values

SHOWN_MAX = 500
PASSWORD_LENGTH_MAX = 60
_PATH = "/{o:int}/settings/devices"


def show(tx: Tx, visit: Visit) -> Result:
    return _page(tx, visit)


def show_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _page(tx, visit, problems={problem.path[-1]: problem.reason for problem in error.problems})


def _page(
    tx: Tx, visit: Visit, *, account: DeviceAccount | None = None, problems: dict[str, str] | None = None
) -> Show:  # fmt: skip
    return Show(
        template="settings/devices.html",
        values={
            "title": "Phones and programs", "devices": [each for each in _shown(tx, visit) if not each.revoked_at],
            "account": account, "problems": problems or {}, "name": str(visit.form.get("name") or "")[:200],
            "davx5": davx5_link(account) if account else "", "qr_code": qr_code(davx5_link(account)) if account else "",
            "url": f"{visit.origin}/dav/", "is_https": visit.origin.startswith("https://"),
            **deletion_values(tx, visit),
        },
        status=422 if problems else 200,
    )  # fmt: skip


def _shown(tx: Tx, visit: Visit) -> list[Device]:
    user_id = None if is_owner(tx, visit) else visit.signed_in.user_id
    return list_devices(tx, visit.acting.organization_id, user_id=user_id, limit=SHOWN_MAX)


def add(tx: Tx, visit: Visit) -> Result:
    """Shows the password in the response, and nowhere else."""
    assert visit.user is not None
    name = visit.text("name", 1000)
    device_id, password = add_device(
        tx, visit.acting, user_id=visit.user.id, name=name, is_read_only=visit.text("is_read_only") == "yes",
        shows_groups=visit.text("shows_groups") == "yes",
    )  # fmt: skip
    return _page(tx, visit, account=DeviceAccount(visit.origin, visit.user.email, password, name.strip(), device_id))


def _find(tx: Tx, visit: Visit) -> Device:
    device = next((each for each in _shown(tx, visit) if each.id == visit.path["device"]), None)
    if device is None:
        raise NotFound("Device not found")
    return device


def switch_groups(tx: Tx, visit: Visit) -> Result:
    device, is_on = _find(tx, visit), visit.text("shows_groups") == "yes"
    set_groups(tx, visit.acting, device.id, shows_groups=is_on)
    message = f"{device.name} shows tags as groups" if is_on else f"{device.name} shows no groups"
    return Go(url=f"{visit.root}/settings/devices", message=message)


def revoke(tx: Tx, visit: Visit) -> Result:
    device = _find(tx, visit)
    revoke_device(tx, visit.acting, device.id)
    return Go(url=f"{visit.root}/settings/devices", message=f"{device.name} no longer syncs")


def download_profile(tx: Tx, visit: Visit) -> Result:
    """The configuration profile for Apple's devices. It holds the password, which the form brings back."""
    password = visit.text("password", PASSWORD_LENGTH_MAX)
    login = find_login(tx, hash_password(password))
    if login is None or (login.device.id, login.device.user_id) != (visit.path["device"], visit.signed_in.user_id):
        raise invalid("password", "is not the one of this device")
    account = DeviceAccount(visit.origin, login.device.email, password, login.device.name, login.device.id)
    return Download(
        filename="coterie.mobileconfig",
        media_type="application/x-apple-aspen-config",
        content=mobileconfig(account).encode(),
    )


PAGES = (
    Page("GET", _PATH, show),
    Page("POST", _PATH, add, "write", again=show_again, once=True),
    Page("POST", _PATH + "/{device}/groups", switch_groups, "write"),
    Page("POST", _PATH + "/{device}/revoke", revoke, "write"),
    Page("POST", _PATH + "/{device}/profile", download_profile, again=show_again),
)
