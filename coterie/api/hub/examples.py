"""Calls of the operations of our own contract that succeed in the world of `coterie demo`, one after another."""

from collections.abc import Mapping

from coterie.api.route import Example
from coterie.model.ids import named_id

CONTACT = "/contacts/{contact_id}"
# of every operation that does not name others
PATHS: Mapping[str, str | int] = {
    "contact_id": named_id("lisa"),
    "slug": "changed-since",
    "user_id": named_id("member"),
    "token_id": named_id("token"),
    "segment_id": 1,
    "merge_id": named_id("merge"),
    "cadence_id": named_id("cadence"),
    "touch_id": named_id("touch"),
    "webhook_id": named_id("webhook"),
    "import_id": named_id("import waiting"),
    "subscription_id": named_id("subscription"),
    "device_id": named_id("device"),
    "feed_id": named_id("feed"),
    "job_id": named_id("undo"),
}

EXAMPLES: Mapping[str, Example] = {
    "GET /contacts": Example(query={"order": "name", "limit": 5, "fields": "name,email,tags"}),
    "GET /contacts/changes": Example(query={"limit": 3, "fields": "name"}),
    "POST /contacts": Example(
        body={"real_name": "Hans Moleman", "birthday": "--08-02", "tags": ["Open day"],
              "handles": [{"channel": "email", "value": "hans@springfield.example", "label": "home"}]}
    ),
    "POST /contacts/upsert": Example(
        body={"match": [{"by": "external_id", "source": "shop", "value": "4711"},
                        {"by": "email", "value": "cecil@springfield.example"}],
              "contact": {"real_name": "Cecil Terwilliger", "tags": {"add": ["Open day"]}}}
    ),
    "POST /contacts/batch": Example(
        body={"operations": [
            {"op": "create", "ref": "a", "contact": {"real_name": "Gil Gunderson"}},
            {"op": "update", "ref": "b", "id": named_id("milhouse"), "contact": {"nickname": "Thrillho"}},
        ]}
    ),
    "GET /touch/due": Example(query={"within": "2w", "filter": "has:phone"}),
    "POST /touches": Example(
        body={"contact_ids": [named_id("lisa"), named_id("milhouse")], "kind": "meeting", "text": "Band practice"}
    ),
    f"POST {CONTACT}/touches": Example(body={"kind": "call", "happened_at": "2026-05-01T17:30:00-07:00"}),
    f"PUT {CONTACT}/cadence": Example(body={"every": "3w"}),
    f"PUT {CONTACT}/snooze": Example(body={"until_on": "2030-01-01"}),
    "POST /cadences": Example(body={"folder_id": 1, "every": "2m"}),
    "PATCH /cadences/{cadence_id}": Example(body={"every": "1m"}),
    "GET /duplicates": Example(query={"level": "possible", "limit": 5}),
    "POST /duplicates/scan": Example(body={"all": True}),
    "POST /duplicates/dismiss": Example(body={"contact_ids": [named_id("patty"), named_id("selma")]}),
    "POST /duplicates/undismiss": Example(body={"contact_ids": [named_id("patty"), named_id("selma")]}),
    "POST /merges": Example(
        body={"survivor_id": named_id("skinner"), "loser_ids": [named_id("agnes")],
              "choices": {}}
    ),
    "POST /merges/{merge_id}/undo": Example(body={"additions_to": "survivor"}),
    "POST /history/undo": Example(body={"first": 1, "last": 1}),
    "POST /segments": Example(body={"name": "Reachable friends", "filter": "folder:Neighbours has:phone"}),
    "PATCH /segments/{segment_id}": Example(body={"filter": "folder:Neighbours (has:phone OR has:email)"}),
    "POST /imports": Example(
        upload="BEGIN:VCARD\nVERSION:3.0\nFN:Herman Hermann\nTEL:+1 939 555 0113\nEND:VCARD\n"
    ),
    "PATCH /imports/{import_id}/rows/{row}": Example(path={"row": 2}, body={"decision": "skip"}),
    "POST /imports/{import_id}/apply": Example(path={"import_id": named_id("import scouts")}),
    "POST /imports/{import_id}/undo": Example(path={"import_id": named_id("import choir")}),
    "DELETE /imports/{import_id}": Example(path={"import_id": named_id("import misprints")}),
    "POST /webhooks": Example(
        body={"url": "https://hooks.springfield.example/new", "kinds": ["contact.*", "note.created"],
              "description": "Newsletter"}
    ),
    "PATCH /webhooks/{webhook_id}": Example(body={"is_active": True, "from_now": True}),
    "DELETE /webhooks/{webhook_id}": Example(path={"webhook_id": named_id("old webhook")}),
    "POST /webhooks/{webhook_id}/rotate": Example(body={"old_valid_hours": 48}),
    "GET /webhooks/{webhook_id}/deliveries": Example(query={"limit": 5}),
    "POST /webhooks/{webhook_id}/replay": Example(body={"since": "2026-05-01T00:00:00Z", "status": "failed"}),
    "POST /devices": Example(body={"name": "Marge's tablet", "is_read_only": True}),
    "POST /calendar_feeds": Example(body={"contents": ["birthdays", "in_touch"]}),
    "POST /subscriptions": Example(
        body={"name": "Choir", "url": "https://dav.springfield.example/choir/", "username": "marge", "password": "app"}
    ),
    "DELETE /subscriptions/{subscription_id}": Example(path={"subscription_id": named_id("old subscription")}),
    "PATCH /subscriptions/{subscription_id}": Example(body={"policy": "ours"}),
    "POST /subscriptions/{subscription_id}/decide": Example(body={"decision": "detach"}),
    "POST /subscriptions/{subscription_id}/cards/decide": Example(body={"decision": "remote"}),
    "PATCH /me": Example(body={"last_name": "Brockman", "time_zone": "America/Los_Angeles"}),
    "PUT /me/password": Example(
        body={"current_password": "$PASSWORD", "new_password": "a monorail for every town"}
    ),
    "POST /tokens": Example(body={"name": "Shop", "scopes": ["contacts:read"], "days": 90}),
    "POST /members": Example(body={"email": "waylon@springfield.example", "password": "release the hounds"}),
    "PATCH /organization": Example(body={"country": "US", "time_zone": "America/Los_Angeles"}),
    "GET /time_zones": Example(query={"search": "los"}),
    f"PATCH {CONTACT}": Example(
        body={"job_title": "President of the student council", "tags": {"add": ["Choir"], "remove": []}}
    ),
    f"DELETE {CONTACT}": Example(path={"contact_id": named_id("cletus")}),
    f"POST {CONTACT}/restore": Example(path={"contact_id": named_id("cletus")}),
}  # fmt: skip
