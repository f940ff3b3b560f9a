"""From a PDF, a scan or a folder of pages to one markdown file a page."""
