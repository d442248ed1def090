"""What LABEL says of an address, and which address comes first."""

from cards import draft_of

from coterie.model.imports import AddressDraft, ContactDraft
from coterie.vcard.write import write_card

HOME = AddressDraft("744 Evergreen Terrace", locality="Springfield", label="home")
ADR = "ADR;TYPE=home:;;744 Evergreen Terrace;Springfield;;;"


def test_a_label_that_repeats_its_address_is_nothing() -> None:
    draft = draft_of(ADR, "LABEL;TYPE=home:Ana Silva\\n744 Evergreen Terrace\\nSpringfield")
    assert (draft.addresses, draft.note) == ([HOME], None)


def test_what_a_label_adds_to_its_address_is_a_line_of_the_note() -> None:
    draft = draft_of(ADR, "LABEL;TYPE=home:744 Evergreen Terrace\\nring twice")
    assert (draft.addresses, draft.note) == ([HOME], "Address (home): ring twice")
    draft = draft_of('ADR;TYPE=home;LABEL="Dept. 7\\n744 Evergreen Terrace":;;744 Evergreen Terrace;Springfield;;;')
    assert (draft.addresses, draft.note) == ([HOME], "Address (home): Dept. 7")


def test_a_label_of_another_place_and_one_alone_are_addresses() -> None:
    work = AddressDraft("Leftorium", "1 Mall Road", label="work")
    assert draft_of(ADR, "LABEL;TYPE=work:Leftorium\\n1 Mall Road").addresses == [HOME, work]
    assert draft_of("LABEL;TYPE=work:Leftorium\\n1 Mall Road").addresses == [work]
    assert draft_of('ADR;TYPE=work;LABEL="Leftorium\\n1 Mall Road":;;;;;;').addresses == [work]


def test_lines_of_the_extended_address_stay_lines() -> None:
    (address,) = draft_of("ADR:;Block C;12 Stack Street\\nRear house;;;;").addresses
    assert address == AddressDraft("12 Stack Street", "Rear house", "Block C")
    (address,) = draft_of("ADR:;12 Stack Street\\nBlock C\\nSpringfield;;;;;").addresses
    assert address == AddressDraft("12 Stack Street", "Block C", "Springfield")


def test_the_preferred_address_is_the_first() -> None:
    draft = draft_of(ADR, "ADR;TYPE=work,pref:;;1 Mall Road;;;;")
    assert [address.label for address in draft.addresses] == ["work", "home"]


def test_a_po_box_and_an_extended_address_are_written_as_they_were_read() -> None:
    line = "ADR:PO Box 12;Suite 3;13 Main Street;Springfield;OR;97401;USA"
    assert line in write_card(draft_of(line), "4.0").split("\r\n")
    street = ContactDraft(first_name="Ned", addresses=[AddressDraft("1 Mall Road", "Rear house")])
    assert "ADR:;;1 Mall Road\\nRear house;;;;" in write_card(street, "3.0").split("\r\n")
