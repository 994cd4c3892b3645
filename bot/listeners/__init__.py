"""One file for each of Slack's surfaces; each translates what Slack sends and hands it over."""
