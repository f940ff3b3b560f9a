"""From a question to cited passages and formulas."""
