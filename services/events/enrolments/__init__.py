"""Enrolments (整期报名): a party comes to every date of a series, and leaves single dates out.

`possible` says what may be done with one, and `presenting` shows it. `overlapping` looks for what the party has already
at the times of those dates; `changing` makes it another party, and says what that means for each date. `calling_off`
tells it of what does not take place.
"""
