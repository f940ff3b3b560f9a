"""Makes PDFs from known sources with ordinary programs, and judges what is read of them."""
