"""Clients that openapi-python-client generates from the documents of a running instance read and write."""

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from instance import Instance, coterie, running

pytestmark = pytest.mark.slow

GENERATOR = Path(sys.prefix) / "generator" / "bin" / "python"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Springfield, as the demo prints it, with its folder."""
    folder = tmp_path_factory.mktemp("springfield")
    response = coterie(folder, "demo", "--json")
    assert response.returncode == 0, response.stderr
    return {**json.loads(response.stdout), "folder": folder}


@pytest.fixture(scope="module")
def instance(made: dict[str, Any]) -> Iterator[Instance]:
    with running(made["folder"]) as instance:
        yield instance


def generate(instance: Instance, contract: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A client of a contract, all of whose modules are imported."""
    assert GENERATOR.exists(), f"{GENERATOR} is missing: make setup-dev installs the generator"
    (folder / "config.yaml").write_text("post_hooks: []\n")
    name = f"generated_{contract}"
    url = f"http://127.0.0.1:{instance.port}/openapi/{contract}.json?bodies=json"
    options = ["--url", url, "--output-path", name, "--meta", "none", "--config", "config.yaml"]
    done = subprocess.run(
        [GENERATOR, "-m", "openapi_python_client", "generate", *options], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # only files, whose bytes are in the response of the detailed call
    warnings = [line for line in done.stdout.splitlines() if line.startswith("WARNING")]
    assert all(re.search(r"/(file|template|rejected)\b", line) for line in warnings), warnings
    monkeypatch.syspath_prepend(str(folder))
    package = importlib.import_module(name)
    modules = [each.name for each in pkgutil.walk_packages(package.__path__, name + ".")]
    assert len(modules) > 50
    for module in modules:
        importlib.import_module(module)
    return package


def call(package: ModuleType, tag: str, operation: str, **arguments: Any) -> Any:
    """The parsed body of an operation."""
    return sys.modules[f"{package.__name__}.api.{tag}.{operation}"].sync(**arguments)  # type: ignore[attr-defined]


def test_a_client_of_inro_reads_and_writes(
    instance: Instance, made: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = generate(instance, "inro", tmp_path, monkeypatch)
    models = sys.modules[f"{package.__name__}.models"]
    client = package.AuthenticatedClient(base_url=f"http://127.0.0.1:{instance.port}", token=made["token"])
    with client:
        folder = call(
            package, "folders", "post_api_v1_folders", client=client,
            body=models.FolderBody(folder=models.NewFolder(name="Bowling")),
        )  # fmt: skip
        assert folder in call(package, "folders", "get_api_v1_folders", client=client, per_page=100)
        fields = models.ContactFields(real_name="Hans Moleman", email="hans@example.org", folder_ids=[folder.id])
        body = models.ContactBody(contact=fields)
        contact = call(package, "contacts", "post_api_v1_contacts", client=client, body=body)
        assert contact.real_name == "Hans Moleman"
        assert [each.name for each in contact.folders] == ["Bowling"]
        change = models.ContactBody(contact=models.ContactFields(phone="+1 939 555 0199"))
        call(package, "contacts", "put_api_v1_contacts_id", id=contact.id, client=client, body=change)
        located = models.LocatedContactBody(contact=models.ContactFields(status="optout"), email="hans@example.org")
        call(package, "contact", "put_api_v1_contact", client=client, body=located)
        found = call(package, "contact", "get_api_v1_contact", client=client, email="hans@example.org")
        assert (found.id, found.phone, found.status.value) == (contact.id, "+1 939 555 0199", "optout")
        everyone = call(package, "contacts", "get_api_v1_contacts", client=client, per_page=100)
        assert len(everyone) == made["contacts"] + 1


def test_a_client_of_r0_reads_and_writes(
    instance: Instance, made: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = generate(instance, "r0", tmp_path, monkeypatch)
    models = sys.modules[f"{package.__name__}.models"]
    client = package.AuthenticatedClient(base_url=f"http://127.0.0.1:{instance.port}", token=made["token"])
    where = {"org_id": made["organization_uuid"], "client": client}
    with client:
        body = models.NewContactBody(
            contact=models.NewContact(first_name="Ruth", last_name="Powers", relationship_type=1)
        )
        contact = call(package, "contacts", "post_api_v1_orgs_org_id_contacts", body=body, **where)
        here = {**where, "contact_id": contact.id}
        change = models.ContactBody(contact=models.ContactFields(birthday="--04-01", employer="Kwik-E-Mart"))
        call(package, "contacts", "patch_api_v1_orgs_org_id_contacts_contact_id", body=change, **here)
        email = models.NewEmailBody(email=models.NewEmail(email_address="ruth@example.org"))
        call(package, "contacts", "post_api_v1_orgs_org_id_contacts_contact_id_emails", body=email, **here)
        found = call(package, "contacts", "get_api_v1_orgs_org_id_contacts_contact_id", **here)
        assert (found.first_name, found.birthday, found.employer) == ("Ruth", "--04-01", "Kwik-E-Mart")
        emails = call(package, "contacts", "get_api_v1_orgs_org_id_contacts_contact_id_emails", **here)
        assert [each.email_address for each in emails.email_addresses] == ["ruth@example.org"]
        tag = call(
            package, "tags", "post_api_v1_orgs_org_id_tags", body=models.NewTagBody(tag=models.NewTerm(name="New")),
            **where,
        )  # fmt: skip
        assert tag.name == "New"


def test_a_client_of_our_own_contract_reads_and_writes(
    instance: Instance, made: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = generate(instance, "hub", tmp_path, monkeypatch)
    models = sys.modules[f"{package.__name__}.models"]
    client = package.AuthenticatedClient(base_url=f"http://127.0.0.1:{instance.port}", token=made["token"])
    with client:
        fields = models.ContactFields(
            real_name="Ruth Powers",
            handles=[models.HandleFields(channel=models.HandleFieldsChannel.EMAIL, value="ruth@powers.example")],
            tags=["Neighbours"],
        )
        contact = call(package, "contacts", "post_api_hub_v1_contacts", client=client, body=fields, idempotency_key="r")
        again = call(package, "contacts", "post_api_hub_v1_contacts", client=client, body=fields, idempotency_key="r")
        assert (contact.real_name, contact.tags[0].name, again.id) == ("Ruth Powers", "Neighbours", contact.id)
        here = {"client": client, "contact_id": contact.uuid}
        change = models.ContactFields(nickname="Ruthie", tags=models.NameChanges(add=["Friends"], remove=[]))
        changed = call(package, "contacts", "patch_api_hub_v1_contacts_contact_id", body=change, **here)
        assert [tag.name for tag in changed.tags] == ["Friends", "Neighbours"]
        page = call(package, "contacts", "get_api_hub_v1_contacts", client=client, q="ruthie", limit=5)
        assert [each.id for each in page.items] == [contact.id]
        stale = call(
            package, "contacts", "patch_api_hub_v1_contacts_contact_id", body=change, if_match='"1"', **here
        )  # fmt: skip
        assert (stale.status, stale.title, stale.etag) == (412, "Changed since", f'"{changed.revision}"')
