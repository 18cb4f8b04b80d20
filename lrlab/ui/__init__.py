"""The dashboard: what the pages show, by page, and what they share."""
