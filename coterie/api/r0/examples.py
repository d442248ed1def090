"""Calls of R0's operations that succeed in the world of `coterie demo` (demo/build.py), one after another."""

from collections.abc import Mapping

from coterie.api.route import Example
from coterie.model.ids import named_id
from coterie.model.relationships import type_id

ORGANIZATION = "/orgs/{org_id}"
CONTACT = ORGANIZATION + "/contacts/{contact_id}"

# of every operation that does not name others
PATHS: Mapping[str, str | int] = {
    "org_id": named_id("springfield"),
    "user_id": "self",
    "contact_id": named_id("lisa"),
    "address_id": named_id("address lisa"),
    "phone_id": named_id("lisa", 3),
    "email_id": named_id("lisa", 2),
    "contact_relationship_id": named_id("bart patty"),
    "tag_id": named_id("Open day"),
    "expertise_id": named_id("Jazz saxophone"),
    "pet_id": named_id("Snowball II"),
    "gift_id": named_id("A pony"),
    "date_id": named_id("date lisa"),
    "note_id": named_id("note 6"),
    "user_relationship_id": named_id("user moe"),
    "reminder_id": named_id("reminder 4"),
    "attachment_id": named_id("attachment 1"),
    "import_id": named_id("import waiting"),
    "row": 1,
}
ADDRESS = {
    "address": {
        "address_line_1": "316 Pikeland Avenue",
        "locality": "Springfield",
        "region": "Oregon",
        "postcode": "49007",
        "country": "US",
    }
}
MARY = "BEGIN:VCARD\nVERSION:4.0\nFN:Mary Bailey\nEMAIL:mary@springfield.example\nEND:VCARD\n"
FLYER = (
    "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    "xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n"
    "trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n101\n%%EOF\n"
)

_SISTERS = {"contact_relationship_id": named_id("lisa maggie")}
_RELATED = {"second_contact_id": named_id("milhouse"), "relationship_id": type_id("Friend")}
_REMINDER = {"category": "birthday", "schedule_before_unit": "day", "schedule_before_magnitude": 2}

EXAMPLES: Mapping[str, Example] = {
    "POST /login": Example(body={"user": {"email": "demo@springfield.example", "password": "$PASSWORD"}}),
    "DELETE /logout": Example(token="LOGIN_TOKEN"),  # noqa: S106
    "PATCH /users/{user_id}": Example(body={"user": {"first_name": "Kent", "last_name": "Brockman"}}),
    # contacts
    f"GET {ORGANIZATION}/contacts": Example(query={"per_page": 5}),
    f"POST {ORGANIZATION}/contacts": Example(
        body={"contact": {"first_name": "Hans", "last_name": "Moleman", "relationship_type": 2, "birthday": "--08-02"}}
    ),
    f"PATCH {CONTACT}": Example(body={"contact": {"job_title": "President of the student council"}}),
    f"DELETE {CONTACT}": Example(path={"contact_id": named_id("frank")}),
    # addresses, phone numbers, e-mail addresses
    f"POST {CONTACT}/addresses": Example(body=ADDRESS),
    f"PATCH {CONTACT}/addresses/{{address_id}}": Example(body={"address": {"address_line_2": "Attn: Lisa"}}),
    f"GET {ORGANIZATION}/addresses/{{address_id}}": Example(path={"address_id": named_id("address shop")}),
    f"POST {ORGANIZATION}/addresses": Example(body=ADDRESS),
    f"PATCH {ORGANIZATION}/addresses/{{address_id}}": Example(
        path={"address_id": named_id("address shop")}, body={"address": {"address_line_2": "Second floor"}}
    ),
    f"DELETE {ORGANIZATION}/addresses/{{address_id}}": Example(path={"address_id": named_id("address shop")}),
    f"POST {CONTACT}/phone-numbers": Example(body={"phone_number": {"phone_number": "(800) 555-0114 ext. 123"}}),
    f"POST {CONTACT}/phone-numbers/{{phone_id}}": Example(body={"phone_number": {"phone_number": "+1 939 555 0115"}}),
    f"PATCH {CONTACT}/phone-numbers/{{phone_id}}": Example(body={"phone_number": {"phone_number": "+1 939 555 0116"}}),
    f"POST {CONTACT}/emails": Example(body={"email": {"email_address": "lisa@school.example"}}),
    f"PATCH {CONTACT}/emails/{{email_id}}": Example(body={"email": {"email_address": "lisa@music.example"}}),
    # dates, gifts, pets, attachments
    f"POST {CONTACT}/important_dates": Example(
        body={"important_date": {"label": "First recital", "date": "2024-06-01"}}
    ),
    f"PATCH {CONTACT}/important_dates/{{date_id}}": Example(body={"important_date": {"date": "--10-19"}}),
    f"POST {CONTACT}/gifts": Example(body={"gift": {"name": "Theatre tickets", "status": "potential"}}),
    f"PATCH {CONTACT}/gifts/{{gift_id}}": Example(body={"gift": {"status": "given"}}),
    f"POST {CONTACT}/pets": Example(body={"pet": {"name": "Princess", "type": "horse"}}),
    f"PATCH {CONTACT}/pets/{{pet_id}}": Example(body={"pet": {"date_of_birth": "2020-05-01"}}),
    f"POST {CONTACT}/attachments": Example(upload=FLYER),
    f"DELETE {CONTACT}/attachments/{{attachment_id}}": Example(path={"attachment_id": named_id("attachment 0")}),
    # tags and expertises
    f"POST {ORGANIZATION}/tags": Example(body={"tag": {"name": "Choir"}}),
    f"PATCH {ORGANIZATION}/tags/{{tag_id}}": Example(body={"tag": {"name": "Open day 2027"}}),
    f"DELETE {ORGANIZATION}/tags/{{tag_id}}": Example(path={"tag_id": named_id("Recipes")}),
    f"POST {ORGANIZATION}/expertises": Example(body={"expertise": {"name": "Astronomy"}}),
    f"PATCH {ORGANIZATION}/expertises/{{expertise_id}}": Example(body={"expertise": {"name": "Saxophone"}}),
    f"DELETE {ORGANIZATION}/expertises/{{expertise_id}}": Example(path={"expertise_id": named_id("Driving")}),
    # relationships
    f"POST {CONTACT}/contact_relationships": Example(body={"contact_relationship": _RELATED}),
    f"GET {CONTACT}/contact_relationships/{{contact_relationship_id}}": Example(path=_SISTERS),
    f"PATCH {CONTACT}/contact_relationships/{{contact_relationship_id}}": Example(
        path=_SISTERS, body={"contact_relationship": {"anniversary_date": "2025-01-14"}}
    ),
    f"DELETE {CONTACT}/contact_relationships/{{contact_relationship_id}}": Example(path=_SISTERS),
    f"POST {ORGANIZATION}/contact_relationships": Example(
        body={"contact_relationship": {"first_contact_id": named_id("edna"), **_RELATED}}
    ),
    f"PATCH {ORGANIZATION}/contact_relationships/{{contact_relationship_id}}": Example(
        body={"contact_relationship": {"relationship_id": type_id("Godmother")}}
    ),
    f"POST {ORGANIZATION}/user_relationships": Example(
        body={"user_relationship": {"contact_id": named_id("lisa"), "relationship_id": type_id("Friend")}}
    ),
    f"PATCH {ORGANIZATION}/user_relationships/{{user_relationship_id}}": Example(
        body={"user_relationship": {"anniversary_date": "--10-02"}}
    ),
    # notes and reminders
    f"POST {ORGANIZATION}/notes": Example(
        body={"note": {"note": "Plays at the open day."}, "contacts": [named_id("lisa")], "tags": [named_id("Press")]}
    ),
    f"POST {ORGANIZATION}/notes/{{note_id}}": Example(body={"note": {"note": "Owes me thirty dollars."}}),
    f"PATCH {ORGANIZATION}/notes/{{note_id}}": Example(body={"note": {"note": "Paid twenty of thirty dollars."}}),
    f"POST {CONTACT}/reminders": Example(body={"user_reminder": _REMINDER}),
    f"POST {ORGANIZATION}/reminders": Example(
        body={"user_reminder": {"title": "Water the plants", "schedule_at": "2035-05-09T09:00:00Z"}}
    ),
    f"GET {ORGANIZATION}/reminders/{{reminder_id}}": Example(path={"reminder_id": named_id("reminder 3")}),
    f"PATCH {ORGANIZATION}/reminders/{{reminder_id}}": Example(body={"user_reminder": {"title": "Call Patty"}}),
    # imports
    f"POST {ORGANIZATION}/imports": Example(upload=MARY),
    f"DELETE {ORGANIZATION}/imports/{{import_id}}": Example(path={"import_id": named_id("import unwanted")}),
    f"POST {ORGANIZATION}/imports/{{import_id}}/apply": Example(path={"import_id": named_id("import ready")}),
    f"POST {ORGANIZATION}/imports/{{import_id}}/undo": Example(path={"import_id": named_id("import applied")}),
    f"PATCH {ORGANIZATION}/imports/{{import_id}}/rows/{{row}}": Example(path={"row": 2}, body={"decision": "skip"}),
}
