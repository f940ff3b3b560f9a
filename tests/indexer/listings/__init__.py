"""Tests of what books list and state."""
