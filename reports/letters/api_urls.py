from django.urls import path

from reports.letters import api

urlpatterns = [
    path("letters/", api.LetterList.as_view(), name="letters"),
    path("letters/signers/", api.SignerList.as_view(), name="letter_signers"),
    path("letters/<uuid:uid>/", api.LetterDetail.as_view(), name="letter"),
    path("letters/<uuid:uid>/pdf/", api.LetterPdf.as_view(), name="letter_pdf"),
    path("letters/<uuid:uid>/sign/", api.Sign.as_view(), name="letter_sign"),
    path("letters/<uuid:uid>/hand_over/", api.HandOver.as_view(), name="letter_hand_over"),
    path("letters/<uuid:uid>/void/", api.Void.as_view(), name="letter_void"),
    path("verify/<str:code>/", api.Verification.as_view(), name="verify"),
]
