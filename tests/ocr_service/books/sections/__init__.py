"""What the sections of a book are, by all its pages."""
