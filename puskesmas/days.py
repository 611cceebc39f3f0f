"""Which days can be meant at all: outside of these a typed year is a slip of the pen."""

from datetime import date

#: Of anything in somebody's life or work. Beyond them arithmetic with zones breaks, too.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
#: Of what an office like this does or hears: matters, checks, handings over, answers. The first
#: national list of poor households is of 2005; a few years are left for an older paper.
FIRST_RECORD = date(2000, 1, 1)
