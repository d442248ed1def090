"""The routes of staying in touch."""

from coterie.api.hub import cadences, touches
from coterie.api.hub.pages import ListQuery
from coterie.api.hub.scopes import READ, WRITE
from coterie.api.route import Route

CONTACT = "/contacts/{contact_id}"
CADENCE = "/cadences/{cadence_id}"
# fmt: off
ROUTES: tuple[Route, ...] = (
    Route("GET", "/touch/due", cadences.list_due, READ, "read", "List whom to be in touch with",
          query=cadences.DueQuery, response=cadences.DuePage,
          description="The contacts with a rule whose day has come, or comes within a time."),
    Route("POST", "/touches", touches.log, WRITE, "write", "Log a conversation with several contacts",
          body=touches.TouchBody, response=touches.LoggedList, status=201),
    Route("GET", f"{CONTACT}/touches", touches.list_, READ, "read", "List logged conversations, newest first",
          query=ListQuery, response=touches.TouchPage),
    Route("POST", f"{CONTACT}/touches", touches.log_with_contact, WRITE, "write", "Log a conversation",
          body=touches.TouchFields, response=touches.LoggedEntity, status=201),
    Route("DELETE", f"{CONTACT}/touches/{{touch_id}}", touches.delete, WRITE, "write",
          "Delete a logged conversation", status=204),
    Route("GET", f"{CONTACT}/cadence", cadences.show_of_contact, READ, "read", "Get when a contact is due",
          response=cadences.ContactCadenceEntity),
    Route("PUT", f"{CONTACT}/cadence", cadences.set_of_contact, WRITE, "write",
          "Set how often to be in touch with a contact",
          body=cadences.EveryBody, response=cadences.ContactCadenceEntity,
          description="Its own rule beats those of its tags and folders; off beats all."),
    Route("DELETE", f"{CONTACT}/cadence", cadences.delete_of_contact, WRITE, "write",
          "Delete the own rule of a contact", status=204),
    Route("PUT", f"{CONTACT}/snooze", cadences.snooze, WRITE, "write", "Put off being in touch until a day",
          body=cadences.SnoozeBody, response=cadences.ContactCadenceEntity, description="The next touch ends it."),
    Route("DELETE", f"{CONTACT}/snooze", cadences.unsnooze, WRITE, "write", "End the snooze", status=204),
    Route("GET", "/cadences", cadences.list_, READ, "read", "List the rules for staying in touch, oldest first",
          query=ListQuery, response=cadences.CadencePage),
    Route("POST", "/cadences", cadences.set_, WRITE, "write",
          "Set how often to be in touch with a contact, or those of a tag or folder",
          body=cadences.CadenceBody, response=cadences.CadenceEntity, responses={201: cadences.CadenceEntity},
          description="201 if it is a new rule, 200 if the target had one."),
    Route("GET", CADENCE, cadences.show, READ, "read", "Get a rule", response=cadences.CadenceEntity),
    Route("PATCH", CADENCE, cadences.update, WRITE, "write", "Change the interval of a rule",
          body=cadences.EveryBody, response=cadences.CadenceEntity),
    Route("DELETE", CADENCE, cadences.delete, WRITE, "write", "Delete a rule", status=204),
)
# fmt: on
