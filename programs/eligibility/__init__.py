"""An answer that explains itself: what each rule of a programme says of a person, and why.

It decides nothing. The officer goes on or not, with a reason; the owner approves or refuses.
"""
