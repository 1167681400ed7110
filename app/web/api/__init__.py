"""The same answers as JSON, for programs; faults as problem+json (RFC 9457)."""
