"""What practice looks like: pure functions from its dataclasses to cards and forms."""
