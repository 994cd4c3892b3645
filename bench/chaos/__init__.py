"""The fault run: people ask and press, processes die, services fail; counts what Slack and Jira hold at the end."""
