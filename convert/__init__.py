"""Kumihan: an Obsidian vault, set in type."""

__version__ = "0.1.0"
