"""What there is to do: tenants, their items, what is done already, portions, and their order.

Pure but for its outermost modules.
"""
