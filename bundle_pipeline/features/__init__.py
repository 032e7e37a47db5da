"""Features: what is known of products, customers, pairs and categories."""
