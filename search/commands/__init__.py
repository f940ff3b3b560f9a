"""Commands of the console script that are loaded when they are called, one a file."""
