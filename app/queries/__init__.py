"""Reading: plain functions that take a session and answer values."""
