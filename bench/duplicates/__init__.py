"""How well likely duplicates are told from what only looks like them, on reports that people labelled."""
