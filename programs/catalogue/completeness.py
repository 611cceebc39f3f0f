"""What a draft still lacks before it may be published, and what is only worth a second look."""

from django.utils.translation import gettext as _

from programs.terms.document import ONLY_SERVICE, Terms


def lacking(terms: Terms) -> list[str]:
    """Return, in words, why the version may not be published yet; empty when it may."""
    found = []
    if not terms.legal_bases:
        found.append(_("Dasar hukumnya belum ditulis."))
    for service in terms.services:
        if not terms.requirements_of(service.code):
            found.append(_("Layanan “%s” belum meminta berkas apa pun.") % service.name)
    if not terms.services and not terms.requirements_of(ONLY_SERVICE):
        found.append(_("Belum ada berkas yang diminta."))
    return found


def worth_a_look(terms: Terms) -> list[str]:
    """Return, in words, what most programmes have and this one does not."""
    found = []
    if not terms.rules and not terms.max_deciles and terms.poverty_test:
        found.append(_("Belum ada aturan maupun desil: semua orang memenuhi kriterianya."))
    if any(not rule.source for rule in (*terms.rules, *terms.exclusions)):
        found.append(_("Ada aturan tanpa sumber: petugas tidak dapat menunjukkan dasarnya."))
    if not terms.path:
        found.append(_("Jalur rujukan belum ditulis."))
    if not terms.outputs:
        found.append(_("Hasilnya, dan siapa yang boleh mengambil, belum ditulis."))
    return found
