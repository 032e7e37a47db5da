"""How fast itemsets are counted, beside other packages: ``python -m`` this package, with --help."""
