"""The demo's web page: a Slack-like client, the Jira pane and what happened, served from the sandbox's process."""
