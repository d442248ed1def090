"""Pictures inside an imported file: their bytes are stored in the data folder, and drafts refer to them by digest."""

from collections.abc import Mapping
from pathlib import Path

from coterie.model.imports import ContactDraft, PictureDraft, decode_draft
from coterie.store.database import Tx
from coterie.store.files import file_path, lock_files, save_file


def store_pictures(folder: Path, draft: ContactDraft, pictures: dict[str, bytes]) -> None:
    """Stores the bytes of a draft's pictures, also in pictures (digest -> bytes). Changes the draft in place."""
    for position, picture in enumerate(draft.pictures):
        if picture.data is not None:
            digest, byte_count = save_file(folder, picture.data)
            pictures[digest] = picture.data
            draft.pictures[position] = PictureDraft(
                picture.media_type, None, picture.url, digest, byte_count, picture.filename
            )


def draft_of(folder: Path, encoded: str | None) -> ContactDraft:
    """A stored draft, without pictures whose file no longer exists."""
    draft = decode_draft(encoded or "{}")
    if draft.pictures:
        draft.pictures = [p for p in draft.pictures if not p.digest or file_path(folder, p.digest).is_file()]
    return draft


def restore_pictures(tx: Tx, folder: Path, pictures: Mapping[str, bytes]) -> None:
    """Stores files again that were deleted before a row referred to them; the same transaction inserts the rows."""
    if pictures:
        lock_files(tx)
        for digest, data in pictures.items():
            if not file_path(folder, digest).exists():
                save_file(folder, data)
