"""Builds and pushes the images of the jobs: `python -m scripts.images`. docs/images.md"""
