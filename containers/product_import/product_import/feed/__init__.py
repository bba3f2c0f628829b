"""Reads feeds in whatever form merchants send them, in batches of bounded size: values as texts, rows numbered."""
