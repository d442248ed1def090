"""sync-collection: a device learns of every change once, and of nothing that did not happen."""

from carddav.dav_client import Dav, document, make_card
from r0_client import R0
from world import World


def ned(name: str = "Ned Flanders") -> str:
    return make_card(f"FN:{name}", f"N:{name};;;;", uid="ned-1")


def test_changes_and_deletions_since_a_token(dav: Dav, bobs: Dav) -> None:
    first = dav.sync()
    assert len(first.changed()) == 2
    assert dav.sync(first.token).token == first.token
    assert dav.sync(first.token).hrefs == []
    bobs.put("ned.vcf", ned())
    second = dav.sync(first.token)
    assert second.changed() == [dav.path("ned.vcf")]
    bobs.call("DELETE", "ned.vcf")
    third = dav.sync(second.token)
    assert (third.changed(), third.gone()) == ([], [dav.path("ned.vcf")])
    assert dav.sync(third.token).hrefs == []
    assert len(dav.sync().changed()) == 2


def test_an_erased_contact_is_gone(dav: Dav, world: World, r0: R0) -> None:
    token = dav.sync().token
    r0.delete(f"/contacts/{world.homer.uuid}")
    gone = dav.sync(token)
    assert gone.gone() == [dav.path(f"{world.homer.uuid}.vcf")]


def test_what_happens_elsewhere_is_no_change(dav: Dav, charlies: Dav) -> None:
    token = dav.sync().token
    charlies.put("ned.vcf", ned())
    assert dav.sync(token).hrefs == []


def test_a_limited_sync_goes_on_where_it_stopped(dav: Dav) -> None:
    for number in range(5):
        dav.put(f"{number}.vcf", make_card(f"FN:{number}", uid=f"uid-{number}"))
    found: list[str] = []
    token, rounds = "", 0
    while True:
        part = dav.sync(token, "<D:limit><D:nresults>2</D:nresults></D:limit>")
        found += part.changed()
        token, rounds = part.token, rounds + 1
        if 507 not in part.statuses.values():
            break
    assert rounds == 4
    assert sorted(found) == sorted(dav.sync().changed())


def test_a_wrong_sync_token_is_refused(dav: Dav, charlies: Dav) -> None:
    token = dav.sync().token
    beyond = token.replace(token.split("_")[1], "99999999")
    for wrong in ("x", "data:,", token + "0", beyond, charlies.sync().token, token.rpartition("_")[0] + "_"):
        body = document("D:sync-collection", f"<D:sync-token>{wrong}</D:sync-token><D:prop><D:getetag/></D:prop>")
        response = dav.call("REPORT", dav.book, body)
        assert (response.status, b"valid-sync-token" in response.body) == (403, True), wrong
        thunderbird = dav.as_program("Mozilla/5.0 Gecko/20100101 Thunderbird/128.0")
        assert thunderbird.call("REPORT", dav.book, body).status == 400
