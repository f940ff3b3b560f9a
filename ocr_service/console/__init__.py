"""What all commands share: options and messages, progress on stderr, types as plain JSON values."""
