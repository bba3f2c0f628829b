"""The manifest of a wave: what it holds, how it is written and read with boto3.

(The worker reads its own line by itself.)
"""
