"""What the bot does unasked with daily questions."""
