"""What people wrote down already: read from folders, Confluence and Jira, split into passages, found by their words."""
