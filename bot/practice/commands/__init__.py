"""The way in: the slash command, the buttons of cards and debriefs, and the forms."""
