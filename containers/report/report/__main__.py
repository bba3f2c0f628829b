"""What a container of report does: `python -m report`."""

from backroom.worker import run

from report.making import report

run(report)
