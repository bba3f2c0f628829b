"""Tries the images of the jobs in a container engine: `python -m scripts.trial`. docs/images.md"""
