"""Parley: what each side of a ceasefire negotiation is reported to want, and who says so."""
