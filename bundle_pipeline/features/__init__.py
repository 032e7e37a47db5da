"""What is known of products, customers, pairs and categories; flags; the objective plan."""
