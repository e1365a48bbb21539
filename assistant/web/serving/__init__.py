"""Who is let in, and how the page is served."""
