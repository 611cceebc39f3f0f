"""Matters brought to the office: the case and its papers; what its verification found."""

from complaints.models.cases import Channel as Channel
from complaints.models.cases import ClockPause as ClockPause
from complaints.models.cases import Complaint as Complaint
from complaints.models.cases import ComplaintKind as ComplaintKind
from complaints.models.cases import ComplaintPaper as ComplaintPaper
from complaints.models.cases import ComplaintProgramme as ComplaintProgramme
from complaints.models.cases import CounterQuestion as CounterQuestion
from complaints.models.cases import Telling as Telling
from complaints.models.verification import HOUSE_PHOTOS as HOUSE_PHOTOS
from complaints.models.verification import EconomicReview as EconomicReview
from complaints.models.verification import HouseVisit as HouseVisit
from complaints.models.verification import VisitPhoto as VisitPhoto
from complaints.models.verification import VisitState as VisitState
