"""Sample data in the full shape of WooCommerce's API: named orders that each show one thing, and any number more."""
