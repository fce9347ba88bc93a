"""A schedule is made, and its questions appear."""
