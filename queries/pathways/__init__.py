"""Pathways: which courses, awards and jobs lead from what a learner holds to what a role asks for.

The engine is pure. It knows facts (opaque strings), whole pounds and whole weeks; it knows nothing of RDF, HTTP or
the store. `problem` says what a question is, `planner` answers it, `replay` carries the answer out independently.
"""
