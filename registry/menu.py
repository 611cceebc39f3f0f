"""The registry's groups of the main menu; other apps add entries to them too."""

from django.utils.translation import gettext_lazy as _

from puskesmas.navigation import Group

#: Whom the village lists, proposes, verifies and names: everything that goes by list.
LISTS = Group(label=_("Daftar & usulan"), icon="clipboard-list", order=40)
