"""The demo: real photos of three tenants, through the whole of it, on the local twin."""
