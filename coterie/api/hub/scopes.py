"""The scopes of our own contract."""

READ, WRITE = "contacts:read", "contacts:write"
ORGANIZATION, ORGANIZATION_WRITE = "organization:read", "organization:write"
