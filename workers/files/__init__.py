"""Pure: what the bytes of a file are, and what Claude is shown of them. No client, no network, no state."""
