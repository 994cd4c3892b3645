"""Looking for issues that tell of the same problem before a draft is shown, and adding a report to one of them."""
