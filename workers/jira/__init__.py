"""Everything that speaks to Jira: the only package that imports `jira` or `requests`."""
