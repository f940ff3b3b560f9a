"""Engines: each turns one page into text and regions, none knows where pages are kept."""
