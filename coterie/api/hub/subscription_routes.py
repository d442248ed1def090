"""The routes of subscriptions."""

from coterie.api.hub import subscriptions
from coterie.api.hub.pages import FullListQuery
from coterie.api.hub.scopes import ORGANIZATION, ORGANIZATION_WRITE
from coterie.api.route import Route

SUBSCRIPTION = "/subscriptions/{subscription_id}"
# fmt: off
ROUTES: tuple[Route, ...] = (
    Route("GET", "/subscriptions", subscriptions.list_, ORGANIZATION, "read",
          "List subscriptions to address books elsewhere (owners only)", response=subscriptions.SubscriptionPage),
    Route("POST", "/subscriptions", subscriptions.create, ORGANIZATION_WRITE, "write",
          "Subscribe to an address book (owners only)",
          body=subscriptions.SubscriptionBody, response=subscriptions.SubscriptionEntity, status=201,
          description="The worker reads the book; its contacts become an import, which a user applies."),
    Route("GET", SUBSCRIPTION, subscriptions.show, ORGANIZATION, "read", "Get a subscription (owners only)",
          response=subscriptions.SubscriptionEntity),
    Route("PATCH", SUBSCRIPTION, subscriptions.update, ORGANIZATION_WRITE, "write",
          "Change, pause or resume a subscription (owners only)",
          body=subscriptions.SubscriptionFields, response=subscriptions.SubscriptionEntity),
    Route("POST", f"{SUBSCRIPTION}/run", subscriptions.run, ORGANIZATION_WRITE, "write",
          "Run a subscription now (owners only)", response=subscriptions.SubscriptionEntity, status=202),
    Route("POST", f"{SUBSCRIPTION}/decide", subscriptions.decide, ORGANIZATION_WRITE, "write",
          "Decide about a held run (owners only)", body=subscriptions.RunDecision,
          response=subscriptions.SubscriptionEntity, status=202),
    Route("GET", f"{SUBSCRIPTION}/cards", subscriptions.list_cards, ORGANIZATION, "read",
          "List cards that are held or rejected (owners only)", query=FullListQuery,
          response=subscriptions.RemoteCardPage, description="At most 200."),
    Route("POST", f"{SUBSCRIPTION}/cards/decide", subscriptions.decide_cards, ORGANIZATION_WRITE, "write",
          "Decide whose values count in held cards (owners only)", body=subscriptions.CardsDecision,
          response=subscriptions.DecisionReceipt, status=202),
    Route("DELETE", SUBSCRIPTION, subscriptions.delete, ORGANIZATION_WRITE, "write",
          "Remove a subscription; its contacts stay (owners only)", status=204),
)
# fmt: on
