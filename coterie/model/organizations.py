"""Organizations, the users in them, the tokens they act with."""

from msgspec import Struct

OWNER = "owner"
MEMBER = "member"
ROLES = (OWNER, MEMBER)

# A route requires one of these scopes of a token; "*" means all of them.
SCOPES = (
    "contacts:read",
    "contacts:write",
    "organization:read",
    "organization:write",
    "imports:read",
    "imports:write",
)
ALL_SCOPES = "*"


NAME_LENGTH_MAX = 200


class Organization(Struct, frozen=True):
    """contacts_max and file_bytes_max: its quotas, None where there is none. time_zone: an IANA name.

    require_if_match: whether a change of a contact through our own contract must name the revision it is based on.
    """

    id: int
    uuid: str
    name: str
    username: str | None
    profile_picture_url: str | None
    country: str | None
    created_at: str
    updated_at: str
    contacts_max: int | None = None
    file_bytes_max: int | None = None
    time_zone: str = "UTC"
    require_if_match: bool = False


class User(Struct, frozen=True):
    id: str
    email: str
    first_name: str | None
    last_name: str | None
    time_zone: str
    created_at: str
    updated_at: str

    @property
    def name(self) -> str:
        """The full name, or the e-mail address of a user without one."""
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.email


class Member(Struct, frozen=True):
    """A user in an organization. role is OWNER or MEMBER."""

    user_id: str
    email: str
    first_name: str | None
    last_name: str | None
    role: str
    created_at: str
    time_zone: str

    @property
    def name(self) -> str:
        """The full name, or the e-mail address of a user without one."""
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.email


class Caller(Struct, frozen=True):
    """The user who acts, the organization, the scopes and the door (via). Create it with for_organization.

    country: the ISO code for phone numbers without a prefix. cause_id: the event of the request that a job carries
    out; the changes of the job count from then.
    undoes: the first event of what an undo undoes. contacts_max, file_bytes_max and require_if_match: those of the
    organization.
    """

    organization_id: int
    organization_uuid: str
    country: str | None
    user_id: str | None
    scopes: tuple[str, ...]
    via: str
    token_id: str | None = None
    import_id: str | None = None
    cause_id: int | None = None
    undoes: int | None = None
    contacts_max: int | None = None
    file_bytes_max: int | None = None
    require_if_match: bool = False

    @classmethod
    def for_organization(
        cls,
        organization: Organization,
        *,
        via: str,
        user_id: str | None = None,
        scopes: tuple[str, ...] = (ALL_SCOPES,),
        token_id: str | None = None,
        import_id: str | None = None,
    ) -> "Caller":
        """A caller that acts for an organization, by default with every scope."""
        return cls(
            organization_id=organization.id,
            organization_uuid=organization.uuid,
            country=organization.country,
            user_id=user_id,
            scopes=scopes,
            via=via,
            token_id=token_id,
            import_id=import_id,
            contacts_max=organization.contacts_max,
            file_bytes_max=organization.file_bytes_max,
            require_if_match=organization.require_if_match,
        )

    @classmethod
    def anonymous(cls, via: str) -> "Caller":
        """The caller of a route that needs no token. It has no scope, and no organization has the id 0."""
        return cls(organization_id=0, organization_uuid="", country=None, user_id=None, scopes=(), via=via)

    def may(self, scope: str) -> bool:
        return ALL_SCOPES in self.scopes or scope in self.scopes
