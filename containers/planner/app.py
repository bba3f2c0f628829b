"""The planner of those jobs whose row says `Planner: batch`: plans one wave, as PlanFunction would, and ends.

What it shall plan lies in the runs bucket, under the key that BACKROOM_PLAN_REQUEST names.
"""

import os
import sys

from backroom.deployment import here
from backroom.planning.in_batch import plan_in_batch

if __name__ == "__main__":
    sys.exit(plan_in_batch(os.environ["BACKROOM_PLAN_REQUEST"], here()))
