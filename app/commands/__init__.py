"""What a person or a program may do: plain functions that take a write session and never commit."""
