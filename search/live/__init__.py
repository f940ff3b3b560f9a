"""What servers need while they run: an index that follows builds, and images of pages.

live_library   keeps a library open while builds run
page_views     renders pages as images
"""
