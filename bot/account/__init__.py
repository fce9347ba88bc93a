"""People and what the bot knows of them; for now, its help."""
