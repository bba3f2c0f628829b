"""A job of portions that several tenants share: it copies each member's `in` to its `out`, on the main node."""

import threading

from backroom.worker import Item, Nodes, Portion, Work, run


def copy(_portion: Portion, work: Work) -> None:
    """Give every member what it had."""

    def do(item: Item) -> None:
        member = work.member(item.tenant)
        body = member.get(f"{member.prefix}in") + str(member.params["end"]).encode()
        work.put(item, f"{member.prefix}out", body, "text/plain", tenant=item.tenant)

    work.each(do, threads=2)


def wait(_nodes: Nodes, stop: threading.Event) -> None:
    """Wait to be asked to stop."""
    stop.wait()


run(copy, node=wait)
