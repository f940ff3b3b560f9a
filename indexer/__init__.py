"""From pages to a full-text index, a formula index and an embedding store."""
