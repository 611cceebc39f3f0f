from django.urls import path

from programs import api

urlpatterns = [
    path("programmes/", api.ProgrammeList.as_view(), name="programmes"),
    path("people/<uuid:uid>/programmes/", api.PersonProgrammes.as_view(), name="person_programmes"),
]
