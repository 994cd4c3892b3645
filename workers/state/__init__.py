"""Everything that lies in Redis. Synchronous, with socket timeouts of at most 2 s."""
