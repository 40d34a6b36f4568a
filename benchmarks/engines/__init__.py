"""The same mapping by several means: JSON bytes in, JSON bytes of a checked invoice out."""
