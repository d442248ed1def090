"""Calls of Inrō's operations that succeed in the world of `coterie demo` (demo/build.py), one after another."""

from collections.abc import Mapping

from coterie.api.route import Example
from coterie.model.ids import named_id

MARGE, HOMER, LISA, OTTO = 1, 2, 4, 35

EXAMPLES: Mapping[str, Example] = {
    "GET /contacts": Example(query={"order_column": "name", "order_direction": "asc", "per_page": 5}),
    "POST /contacts": Example(
        body={"contact": {"real_name": "Hans Moleman", "email": "hans.moleman@springfield.example", "folder_ids": [2]}}
    ),
    "GET /contacts/search": Example(query={"query": "simpson"}),
    "PUT /contacts/bulk": Example(
        body={
            "contacts": [
                {"id": HOMER, "contact": {"status": "optout"}},
                {"email": "marge@springfield.example", "contact": {"language": "fr"}},
            ]
        }
    ),
    "GET /contacts/{id}": Example(path={"id": LISA}),
    "PUT /contacts/{id}": Example(
        path={"id": MARGE},
        body={"contact": {"phone": "+1 939 555 0113", "custom_properties": {"favourite-number": 6}}},
    ),
    "DELETE /contacts/{id}": Example(path={"id": OTTO}),
    "GET /contact": Example(query={"email": "marge@springfield.example"}),
    "PUT /contact": Example(
        body={"username": "marge.springfield", "contact": {"notes": "Seats in the first row.", "language": "en"}}
    ),
    "POST /contact_properties": Example(
        body={"contact_property": {"title": "Seat", "property_type": "single_choice", "choices": ["aisle", "window"]}}
    ),
    "PUT /contact_properties/{slug}": Example(
        path={"slug": "catchphrase"}, body={"contact_property": {"description": "Said at least once an episode."}}
    ),
    "DELETE /contact_properties/{slug}": Example(path={"slug": "emergency-phone"}),
    "POST /folders": Example(body={"folder": {"name": "Choir", "color": "blue"}}),
    "PUT /folders/{id}": Example(path={"id": 5}, body={"folder": {"name": "School and kindergarten"}}),
    "DELETE /folders/{id}": Example(path={"id": 8}),
    "GET /batch_tasks/{id}": Example(path={"id": named_id("batch task")}),
}
