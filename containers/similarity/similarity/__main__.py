"""What a container of similarity does: `python -m similarity`."""

from backroom.worker import run

from similarity.job import similarity
from similarity.node import compute

run(similarity, node=compute)
