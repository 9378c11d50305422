"""From compiled notes to one document."""
