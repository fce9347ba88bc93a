"""What daily questions look like: pure functions from the room's dataclasses to cards."""
