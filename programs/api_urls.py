from django.urls import path

from programs import api

urlpatterns = [path("programmes/", api.ProgrammeList.as_view(), name="programmes")]
