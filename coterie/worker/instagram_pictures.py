"""Stores a person's profile picture among the contact's attachments, before Meta's address of it expires."""

import hashlib
import logging
from urllib.parse import urlsplit

from coterie.actions.attachments import delete_unreferenced
from coterie.actions.callers import caller_for
from coterie.actions.instagram import VIA
from coterie.actions.instagram_profiles import show_picture
from coterie.actions.quotas import room_for_files
from coterie.graph import pictures
from coterie.graph.picture_links import EXTENSIONS, picture_address
from coterie.model.instagram import Account
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store.database import Database, Tx
from coterie.store.files import file_path, lock_files, save_file
from coterie.store.instagram_pictures import list_pictures, replace_pictures

log = logging.getLogger(__name__)


def store_picture(database: Database, settings: Settings, account: Account, contact_id: int, url: str) -> None:
    """Fetches the picture once per address, and replaces the previous one."""
    # the signature in the query changes daily; the path identifies the picture
    source_key = hashlib.sha256(urlsplit(url).path.encode("utf-8", "replace")).hexdigest()[:16]
    with database.read() as tx:
        stored = list_pictures(tx, account.organization_id, contact_id)
    same_id = next((attachment_id for key, _, attachment_id in stored if key == source_key), None)
    if same_id is not None:
        with database.write() as tx:
            _show(tx, settings, account, contact_id, same_id)
        return
    try:
        data, media_type = pictures.fetch_picture(url, account.graph_url)
    except pictures.NoPicture as error:
        log.info("instagram picture not stored", extra={"account": account.account_id, "reason": str(error)})
        return
    digest, byte_count = save_file(settings.data_folder, data)
    with database.write() as tx:
        lock_files(tx)
        if not file_path(settings.data_folder, digest).exists():
            save_file(settings.data_folder, data)  # the same bytes were swept before a row referred to them
        caller = caller_for(tx, account.organization_id, via=VIA)
        room = room_for_files(tx, caller)
        if room is not None and byte_count > room:
            delete_unreferenced(tx, caller, [digest])
            log.info("instagram picture not stored", extra={"account": account.account_id, "reason": "quota"})
            return
        attachment_id = _replace(
            tx, caller, contact_id, media_type=media_type, byte_count=byte_count, digest=digest, source_key=source_key
        )
        if attachment_id is not None:
            _show(tx, settings, account, contact_id, attachment_id)


def _replace(
    tx: Tx, caller: Caller, contact_id: int, *, media_type: str, byte_count: int, digest: str, source_key: str
) -> str | None:
    """Makes stored bytes the picture in place of the previous one; None if the contact no longer exists."""
    before = list_pictures(tx, caller.organization_id, contact_id)
    attachment_id = replace_pictures(
        tx,
        caller.organization_id,
        contact_id,
        filename=f"instagram-{source_key}.{EXTENSIONS[media_type]}",
        media_type=media_type,
        byte_count=byte_count,
        digest=digest,
        source_key=source_key,
    )
    unused = [old for _, old, _ in before] + ([] if attachment_id else [digest])
    delete_unreferenced(tx, caller, unused)
    return attachment_id


def _show(tx: Tx, settings: Settings, account: Account, contact_id: int, attachment_id: str) -> None:
    """Points the contact's picture address at this instance, if it has a public address."""
    if settings.base_url:
        url = picture_address(settings, account.organization_id, contact_id, attachment_id)
        show_picture(tx, caller_for(tx, account.organization_id, via=VIA), contact_id, url)
