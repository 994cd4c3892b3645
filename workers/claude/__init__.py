"""Claude: the only place that imports `anthropic`."""
