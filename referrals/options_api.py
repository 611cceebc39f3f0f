"""REST: the programmes the person of a case may ask for; what he says in that case."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from complaints.selectors import case as find_case
from programs.eligibility.api import FactIn, FactOut, OptionOut, write_fact
from programs.eligibility.presenting import option_rows
from programs.participation.views import LISTERS
from puskesmas.api import api_actor
from puskesmas.history import audit
from referrals.views_options import options_of_case
from registry.roles import WRITERS

_TAGS = ["eligibility"]


class CaseOptions(APIView):
    """Every programme by the versions the case kept, with all the case knows; audited."""

    roles = tuple(role.value for role in LISTERS)

    @extend_schema(responses=OptionOut(many=True), tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        case = find_case(uid, actor=actor)
        audit(actor=actor, action="open_case", subject=case)
        return Response(OptionOut(option_rows(options_of_case(case)), many=True).data)


class CaseFacts(APIView):
    """Write down what somebody said in one case; it says nothing of the person's other cases."""

    roles = tuple(role.value for role in WRITERS)

    @extend_schema(request=FactIn, responses={201: FactOut}, tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        case = find_case(uid, actor=api_actor(request))
        return write_fact(request, case.person, case.uid)
