"""Reads feeds in whatever form merchants send them: values as texts, rows numbered, in memory of bounded size.

`batches` gives frames of Polars, for what is read by the million; `rows` gives one row after the other and imports
neither Polars nor what another format needs, for what is small and read often.
"""
