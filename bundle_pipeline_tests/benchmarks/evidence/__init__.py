"""The gate of the evidence: what shuffled, real, planted and simulated orders say of it."""
