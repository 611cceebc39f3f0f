"""The district's look at a file that came with a referral."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.models import Attachment
from puskesmas.pages import actor_of, officer_page
from puskesmas.views import attachment_for
from referrals import selectors
from referrals.views_inbox import READERS


@require_GET
@officer_page(*READERS)
def received_file(request: HttpRequest, uid: str, sha256: str) -> HttpResponse:
    """Show one file that arrived."""
    return file_for(actor_of(request), uid, sha256)


def file_for(actor: Actor, uid: str, sha256: str) -> HttpResponse:
    """Return a file that came with a received referral as an answer; every look is audited.

    Raises:
        NotFound: no such referral in this office. Http404: no such file of it, or not here yet.
    """
    row = selectors.received(uid, actor=actor)
    file = row.files.select_related("attachment").filter(sha256=sha256).first()
    if file is None or file.attachment is None:
        raise Http404
    audit(actor=actor, action="open_received_file", subject=row)
    return attachment_for(actor, str(file.attachment.uid))


def may_see(actor: Actor, attachment: Attachment) -> bool:
    """Return whether the file came with a referral of the officer's inbox (one query)."""
    rows = selectors.received_by(actor).filter(files__attachment=attachment)
    return actor.has(*READERS) and rows.exists()
