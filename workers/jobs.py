"""The door from bot/ into workers/: what the listener may hand over, look up and stop."""
