"""The pictures inside a file: their bytes become files of the data folder, and drafts refer to them by digest."""

from collections.abc import Mapping
from pathlib import Path

from coterie.model.imports import ContactDraft, PictureDraft
from coterie.store.database import Tx
from coterie.store.files import file_path, lock_files, save_file


def store_pictures(folder: Path, draft: ContactDraft, pictures: dict[str, bytes]) -> None:
    """Stores the bytes of a draft's pictures, also in pictures under their digest; the draft is changed in place."""
    for position, picture in enumerate(draft.pictures):
        if picture.data is not None:
            digest, byte_count = save_file(folder, picture.data)
            pictures[digest] = picture.data
            draft.pictures[position] = PictureDraft(
                picture.media_type, None, picture.url, digest, byte_count, picture.filename
            )


def restore_pictures(tx: Tx, folder: Path, pictures: Mapping[str, bytes]) -> None:
    """Stores files again that were deleted because no row referred to them yet; the transaction inserts such rows."""
    if pictures:
        lock_files(tx)
        for digest, data in pictures.items():
            if not file_path(folder, digest).exists():
                save_file(folder, data)
