"""A strict stand-in for Jira Cloud's REST API v3, served on loopback."""
