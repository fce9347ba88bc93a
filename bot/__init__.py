"""The mock interviewer: a Discord bot for machine learning system architecture interviews."""
