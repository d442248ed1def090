"""The names of the formats, apart from their readers: most processes name a format and never read a file."""

VCARD, GOOGLE, OUTLOOK, LINKEDIN, R0, CSV = "vcard", "google", "outlook", "linkedin", "r0", "csv"
INSTAGRAM, MONICA, COTERIE = "instagram", "monica", "coterie"
FORMATS = (VCARD, GOOGLE, OUTLOOK, LINKEDIN, R0, CSV, INSTAGRAM, MONICA, COTERIE)
# the formats of a file of rejected rows
REJECTED_MEDIA_TYPES = ("text/csv", "text/vcard", "application/json", "application/jsonl")
