"""The page: the only door to WeasyPrint, and what it needs around it."""
