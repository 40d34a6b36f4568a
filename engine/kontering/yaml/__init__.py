"""YAML without surprises: nodes that know their place, and nothing guessed."""
