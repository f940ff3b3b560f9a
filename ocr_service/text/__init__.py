"""Pure helpers about text: languages, printed numbers, and whether a text is a reading or noise."""
