"""Sources of candidates below significance, strongest first, and the ladder that asks them."""
