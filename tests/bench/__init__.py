"""Benchmarks: each measures speed as a ratio of two things run side by side."""
