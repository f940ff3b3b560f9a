"""Benchmarks: speeds as ratios, taken side by side in one run."""
