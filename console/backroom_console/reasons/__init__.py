"""Why a run, a portion or a queue is as it is: evidence in, one finding out. Only `asking` asks anybody."""
