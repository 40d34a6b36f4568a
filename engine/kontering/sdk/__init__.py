"""All that connector writers may import."""
