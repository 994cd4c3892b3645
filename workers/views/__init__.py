"""What people see, as pure functions: records in, Slack blocks out, always within Slack's limits."""
