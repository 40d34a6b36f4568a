"""The expression languages: paths, calculations and templates become one tree, which is checked and evaluated."""
