"""Tests, benchmarks and evaluation."""
