"""The listener: hears Slack, decides what is asked, stores it durably, and only then acknowledges."""
