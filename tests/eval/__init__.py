"""Quality, measured on the development corpora."""
