"""Jobs over many issues or threads, through Claude's batches: collected, sent, waited for, and told in a digest."""
