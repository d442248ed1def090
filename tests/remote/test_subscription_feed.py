"""The feed of changes has what a run of a subscription does to contacts."""

import pytest
from api.test_hub_changes import CONTACTS, Mirror, book
from carddav.dav_client import make_card
from client import Client
from remote.books import subscribe
from remote.scripted import Scripted
from world import World


def card_of(number: int, *lines: str) -> str:
    return make_card(f"FN:Person {number}", f"N:{number};Person;;;", *lines, uid=f"uid-{number}")


@pytest.mark.parametrize("direction", ["mirror", "two_way"])
def test_a_mirror_follows_the_runs_of_a_subscription(
    subscriber: World, scripted: Scripted, client: Client, direction: str
) -> None:
    hub = client.with_token(subscriber.alice_token)
    mirror, seen = Mirror(hub), book(hub)
    for number in range(5):
        scripted.put(f"{number}.vcf", card_of(number))
    subscription = subscribe(subscriber, scripted.url, direction=direction)

    def follow() -> None:
        nonlocal seen
        mirror.follow()
        before, seen = seen, book(hub)
        assert mirror.contacts == seen != before

    subscription.start()
    follow()
    scripted.put("1.vcf", card_of(1, "NICKNAME:One"))
    scripted.put("9.vcf", card_of(9))
    subscription.run()
    follow()
    scripted.delete("2.vcf")
    subscription.run()
    follow()
    third = next(each for each in seen.values() if each["name"] == "Person 3")
    hub.patch(f"{CONTACTS}/{third['id']}", {"nickname": "Three"})
    subscription.run()
    follow()
