"""Own progress: what has been practised, and the streak."""
