"""What a person may submit, and what is said where it cannot be used."""
