from django.urls import path

from complaints import public_views

app_name = "status"
urlpatterns = [
    path("", public_views.check, name="check"),
    path("<str:number>/", public_views.status, name="status"),
    path("<str:number>/details/", public_views.details, name="details"),
]
