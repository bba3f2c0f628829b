"""Resizing one image: bytes in, smaller images out. No S3, no portion: app.py brings those."""
