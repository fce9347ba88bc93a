"""What every card shares: text, times, frames, buttons and forms."""
