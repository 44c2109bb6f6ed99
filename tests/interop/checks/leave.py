"""`connect` without --hold, again and again: its Deletes must not overtake the last message of quick mode,
or the SA that it reports never existed at the peer."""

from harness import process
from harness.case import Result, show
from harness.settings import Settings
from harness.tool import Tool

NEEDS = ()
PEERS = None


def run(network, peer_class, options, folder):
    tool = Tool(options.tool, network, folder)
    results = []
    with peer_class(network, folder, options.shim) as peer:
        for exchange in ("main", "aggressive"):
            settings = Settings(exchange=exchange)
            lost = sum(not _connect_and_leave(settings, peer, tool) for _ in range(20))
            results.append(Result(
                peer.name, "initiator", f"leave at once, {exchange}, 20 times", "established",
                "fail" if lost else "pass", f"{lost} never up at the peer" if lost else ""))
            show(results[-1])
    return results


def _connect_and_leave(settings, peer, tool):
    peer.load(settings)
    mark = peer.mark()
    with tool.connect(settings, 10, hold=False) as ours:
        ours.wait_for_end(15)
        run = ours.stop()
    process.wait_until(lambda: peer.was_deleted_since(mark), 2)
    complaints = peer.differences(run.keys, mark)
    peer.clear()
    return run.established and run.exit_status == 0 and not complaints
