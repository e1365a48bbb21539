"""The tabs Library, Map and Digest."""
