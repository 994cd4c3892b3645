"""A strict stand-in for Confluence Cloud: spaces and their pages by REST v2, read only."""
