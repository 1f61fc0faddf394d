"""HiGHS as it is used here: on one thread, silent, exact, and stopped by counting, never by time."""

import highspy
from highspy.highs import HighsCallbackEvent

ITERATION, SHARE = 500, 40
"""Gates that an iteration of the simplex method counts for: so many, and one for every so many numbers in the rows."""

CHECK, ROOT = 25_000, 30
"""Gates that the time between two moments at which HiGHS can be stopped counts for: so many and one for each number in
the rows; before the first branching, when such moments are rare, `ROOT` for each."""


def quiet_highs() -> highspy.Highs:
    """HiGHS on one thread, silent, asked for exact optima."""
    highs = highspy.Highs()
    for option, setting in (
        ("output_flag", False),
        ("log_to_console", False),
        ("threads", 1),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.5),
        ("mip_feasibility_tolerance", 1e-9),
        ("primal_feasibility_tolerance", 1e-9),
        ("dual_feasibility_tolerance", 1e-9),
    ):
        highs.setOptionValue(option, setting)
    return highs


def run_within(highs: highspy.Highs, work: int, nodes: int = highspy.kHighsIInf) -> int:
    """Solve a whole-number programme within so many nodes and about so much work; how much it took, in gates.

    A gate is about one number looked at, of which there are some ten million a second.
    """
    size: int = highs.getNumNz()
    highs.setOptionValue("mip_max_nodes", max(1, min(nodes, work // max(1, size))))
    counted = 0

    def stop_in_time(event: HighsCallbackEvent) -> None:
        nonlocal counted
        counted += CHECK + size * (1 if event.data_out.mip_node_count > 0 else ROOT)
        event.data_in.user_interrupt = counted > work

    highs.cbMipInterrupt.subscribe(stop_in_time)
    highs.run()
    highs.cbMipInterrupt.unsubscribe(stop_in_time)
    iterations: int = max(0, highs.getInfo().simplex_iteration_count)
    return max(iterations * (ITERATION + size // SHARE), CHECK)
