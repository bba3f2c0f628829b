"""What a container of stock_import does: `python -m stock_import`."""

from backroom.worker import run
from backroom.worker.web import Web

from stock_import.work import import_stock

run(lambda portion, work: import_stock(portion, work, Web()))
