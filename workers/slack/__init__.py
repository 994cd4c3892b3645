"""All that the worker says to Slack and reads from it: one client by team, every call through the shared limiter."""
