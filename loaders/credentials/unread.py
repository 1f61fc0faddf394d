"""What of a published file no reader of ours takes up: told once for each term, so that nothing is lost in silence."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from graph.issues import IssueLog
from loaders.credentials.linked import Node, Nodes
from loaders.runner import Counts


def tell_unread(
    nodes: Nodes, classes: Collection[str], within: Collection[str], properties: Collection[str], log: IssueLog
) -> None:
    """Tell of each class and property that is not read, with its first place and how often it is there.

    Things of `classes` are read by `properties`; things of `within` are parts of others, read as far as those need.
    """
    found: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for node in nodes.values():
        if any(one in classes for one in node.types):
            for name in node.values:
                if name not in properties:
                    found["property", name].append(node)
        elif not any(one in within for one in node.types):
            for one in node.types or ["(none is said)"]:
                found["class", one].append(node)
    for (what, name), where in sorted(found.items()):
        message = f"the {what} {name} is not taken up ({len(where)} times)"
        log.add("term-not-read", message, file=where[0].file, line=where[0].line, value=name)


def counted(read: Mapping[str, int], mapped: Mapping[str, int]) -> dict[str, Counts]:
    """The nodes of each file. One that makes nothing of its own, a part of another or told unread, is passed over."""
    return {
        name: Counts(nodes, took := min(nodes, mapped.get(name, 0)), withheld=nodes - took)
        for name, nodes in read.items()
    }
