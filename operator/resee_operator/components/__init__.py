"""What should exist: one module for each box of the architecture, and this registry of them."""
