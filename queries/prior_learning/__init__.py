"""Step on: what learning and work already done may count for, and how little is left to the next award.

Nothing here decides. Whether prior learning counts is for the centre, or the awarding body, to say; an answer lists
what is worth asking about, with reasons, and what still lacks evidence.
"""
