"""`/daily`, and the buttons of its cards."""
