"""What practice does unasked, in channels and in direct messages."""
