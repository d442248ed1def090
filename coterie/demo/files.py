"""The files of Springfield: attachments, and imports in each of the states that people meet."""

import tempfile
from pathlib import Path

from coterie.actions.attachments import attach_file
from coterie.actions.bulk_updates import Entry, start_bulk_update
from coterie.actions.imports import start_applying
from coterie.demo.build import Demo
from coterie.imports.apply import apply
from coterie.imports.engine import Run
from coterie.imports.stage import stage
from coterie.imports.upload import start
from coterie.model.attachments import PDF
from coterie.model.ids import named_id, named_ids
from coterie.model.organizations import Caller
from coterie.store.database import Database
from coterie.store.files import save_file

PROGRAM = (
    b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    b"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n"
    b"trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n101\n%%EOF\n"
)
# name of the import, the lines of each card; a card without any is rejected
IMPORTS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("applied", (("FN:Marge Simpson", "EMAIL:marge@springfield.example", "ROLE:Founder of the Investorettes"),)),
    # Lisa's number under another name waits for a decision
    ("waiting", (("FN:Gil Gunderson",), ("FN:Laura Lisette", "TEL:+1 800 555 5558"), ())),
    ("ready", (("FN:Disco Stu", "TEL:+1 939 555 0192"),)),
    ("unwanted", (("FN:Bleeding Gums Murphy",),)),
    ("choir", (("FN:Ned Flanders", "EMAIL:ned@springfield.example", "ROLE:Choirmaster"),)),
    ("scouts", (("FN:Ernest Borgnine", "TEL:+1 939 555 0145"),)),
    ("misprints", (("FN:Homre Simspon",),)),
)


def add_files(database: Database, caller: Caller, demo: Demo) -> None:
    """Adds two attachments, a bulk update, and imports: two applied ones, and others that are staged."""
    folder = database.settings.data_folder
    with tempfile.TemporaryDirectory() as temporary:
        _attach(database, caller, demo.ids["lisa"], Path(temporary))
        for name, cards in IMPORTS:
            path = Path(temporary) / f"{name}.vcf"
            path.write_text("".join(_card(*card) for card in cards))
            with named_ids(f"import {name}"):
                import_ = start(database, caller, folder, path)
            stage(Run(database, folder, caller.organization_id, import_.id))
    _apply(database, caller, folder)
    with database.write() as tx, named_ids("batch task"):
        start_bulk_update(tx, caller, [Entry("id", demo.ids["lisa"], {"language": "en"})])


def _attach(database: Database, caller: Caller, contact_id: int, temporary: Path) -> None:
    folder, source = database.settings.data_folder, temporary / "program.pdf"
    source.write_bytes(PROGRAM)
    digest, _ = save_file(folder, source)
    with database.write() as tx:
        for number, filename in enumerate(("program-draft.pdf", "program.pdf")):
            with named_ids(f"attachment {number}"):
                attach_file(
                    tx,
                    caller,
                    contact_id,
                    filename=filename,
                    media_type=PDF,
                    folder=folder,
                    source=source,
                    digest=digest,
                )


def _apply(database: Database, caller: Caller, folder: Path) -> None:
    for name in ("applied", "choir"):
        run = Run(database, folder, caller.organization_id, named_id(f"import {name}"))
        with database.write() as tx:
            start_applying(tx, caller, run.import_id, in_background=False)
        apply(run)


def _card(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCARD", "VERSION:4.0", *lines, "END:VCARD", ""])
