"""The client of address books on other servers, and how their cards and contacts are kept in sync."""
