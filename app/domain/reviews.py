"""How long things are held at the review desk, and how much of what readers send in is taken."""

from datetime import timedelta

# Whoever has taken an entry and then left it lets it go after this.
TAKEN_FOR = timedelta(minutes=30)

# Notes of readers: from one address, and from all of them together, within the time.
NOTES_WITHIN = timedelta(hours=1)
NOTES_FROM_ONE, NOTES_FROM_ALL = 5, 50
LONGEST_NOTE = 1000
