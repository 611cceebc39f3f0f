"""The pages of the catalogue: read by every officer, edited row by row by who keeps it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from programs.catalogue import services
from programs.catalogue.exchange import export_catalogue, load_catalogue
from programs.models import Partner, PartnerAgreement, Programme, ProgrammeVersion

START = date(2027, 1, 1)
ELDERLY = {
    "code": "lansia",
    "message_id": "Berumur 60 tahun atau lebih",
    "field": "person.age",
    "operator": "at_least",
    "value": 60,
    "source": "Permensos 5/2016",
}
HOSPITAL = {"code": "inap", "name_id": "Rawat inap", "requirements": [{"code": "health_letter"}]}
RULE_FORM = {
    "message_id": "Tidak menerima BLT desa",
    "severity": "warning",
    "slots": "1",
    "condition_1_field": "holds.BLT-DD",
    "condition_1_operator": "is",
    "condition_1_value": "tidak",
}


@pytest.fixture
def pkh(cast):
    load_catalogue(cast.village)
    return Programme.objects.get(office=cast.village, code="PKH")


@pytest.fixture
def draft(cast, pkh):
    return services.draft_version(
        actor=cast.actor("admin"), programme_uid=pkh.uid, effective_from=START
    )


@pytest.fixture
def keeper(login):
    return login("koordinator")


@pytest.fixture
def written(cast, draft):
    """Give the draft a document."""

    def write(**content):
        services.save_draft(
            actor=cast.actor("admin"),
            uid=draft.uid,
            version=None,
            content={**draft.content, **content},
        )
        draft.refresh_from_db()
        return draft

    return write


def part_url(draft, part, name="draft_part", **query):
    return reverse(f"programs:{name}", args=[draft.uid, part], query=query or None)


def now(draft):
    return ProgrammeVersion.objects.get(pk=draft.pk)


# --- Reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["front", "kasun", "head", "admin"])
def test_every_officer_reads_a_programme_in_words(who, login, cast, pkh, draft, written):
    row = written(
        rules=[ELDERLY],
        exclusions=[
            ELDERLY | {"code": "pns", "message_id": "PNS", "field": "person.civil_servant",
                       "operator": "is", "value": True}
        ],
        services=[HOSPITAL],
        quota={"number": 20, "period": "month"},
        path=[{"kind": "hospital", "name_id": "Ke rumah sakit", "emergency_skips": True}],
        outputs=[{"name_id": "Kartu", "collectors": ["same_kk"]}],
    )  # fmt: skip
    admin = cast.actor("admin")
    services.save_draft(
        actor=admin, uid=row.uid, version=None, content=row.content, effective_from=date(2026, 1, 1)
    )
    services.publish(actor=admin, uid=row.uid, version=None)
    page = login(who).get(reverse("programs:programme", args=[pkh.uid])).text
    for words in (
        "Umur (tahun): paling sedikit 60",
        "Permensos 5/2016",
        "PNS, TNI, atau Polri: ya",
        "Boleh dilewati oleh",
        "Surat keterangan fasilitas kesehatan",
        "20 sebulan",
        "langkah ini dilewati",
        "anggota KK yang sama",
        "Keluarga Harapan",
    ):
        assert words in page
    assert (reverse("programs:draft_new", args=[pkh.uid]) in page) == (who == "admin")


def test_an_ended_agreement_is_marked_so(login, cast, pkh):
    admin, today = cast.actor("admin"), cast.village.today()
    partner = services.save_partner(actor=admin, code="rs", name_id="RS Uji", kind="hospital")
    for start, end in ((date(2024, 1, 1), date(2025, 1, 1)), (today, None)):
        services.record_agreement(
            actor=admin, partner_uid=partner.uid, programme_uid=pkh.uid, since=start, until=end
        )
    for address in (
        reverse("programs:programme", args=[pkh.uid]),
        reverse("programs:partners"),
    ):
        page = login("front").get(address).text
        assert page.count("sudah berakhir") == (2 if "partners" in address else 1)
        assert "tanpa batas" in page


def test_two_versions_are_compared_in_words(login, cast, pkh, written):
    first = pkh.versions.published().get()
    second = written(rules=[ELDERLY], requirements=[{"code": "ktp", "form": "original"}])
    services.publish(actor=cast.actor("admin"), uid=second.uid, version=None)
    address = reverse("programs:version", args=[second.uid])
    page = login("front").get(address, {"against": str(first.uid)})
    kinds = {(one.kind, one.line.key) for one in page.context["changes"]}
    assert ("added", "lansia") in kinds
    assert ("changed", "ktp") in kinds
    assert "Umur (tahun): paling sedikit 60" in page.text


def test_the_list_and_a_programme_cost_the_same_queries_whatever_their_size(
    cast, pkh, written, login, django_assert_max_num_queries
):
    visitor = login("front")
    visitor.get(reverse("programs:catalogue"))
    with django_assert_max_num_queries(7):
        visitor.get(reverse("programs:catalogue"))
    services.publish(actor=cast.actor("admin"), uid=written(rules=[ELDERLY]).uid, version=None)
    with django_assert_max_num_queries(9):
        visitor.get(reverse("programs:programme", args=[pkh.uid]))


# --- What is said of a programme -----------------------------------------------------------------


def test_the_keeper_adds_a_programme_and_says_where_it_is_offered(keeper, cast, pkh):
    address = reverse("programs:programme_new")
    sent = {
        "code": "bedah-desa", "name_id": "Bedah rumah desa", "owner": "Desa", "tier": "village",
        "unit": "household", "aliases": "bedah\n\nrumah ",
    }  # fmt: skip
    answer = keeper.post(address, sent)
    made = Programme.objects.get(code="BEDAH-DESA")
    assert answer["Location"] == reverse("programs:programme", args=[made.uid])
    assert made.aliases == ["bedah", "rumah"]
    again = keeper.post(address, sent)
    assert again.status_code == 400
    assert "Bedah rumah desa" in again.text
    place = reverse("programs:programme_place", args=[made.uid])
    keeper.post(place, {"after": ""})
    assert Programme.objects.filter(office=cast.village).first() == made
    keeper.post(place, {"after": str(pkh.uid)})
    codes = list(Programme.objects.filter(office=cast.village).values_list("code", flat=True))
    assert codes.index("BEDAH-DESA") == codes.index("PKH") + 1


def test_two_keepers_of_a_programmes_name_the_second_sees_both(keeper, login, pkh):
    address = reverse("programs:programme_change", args=[pkh.uid])
    common = {"owner": "Kemensos", "tier": "national", "unit": "household", "version": pkh.version}
    assert login("admin").post(address, common | {"name_id": "Nama satu"}).status_code == 302
    late = keeper.post(address, common | {"name_id": "Nama dua"})
    assert late.status_code == 409
    assert "Nama satu" in late.text
    assert "Nama dua" in late.text
    again = {**common, "name_id": "Nama dua", "version": late.context["form"]["version"].value()}
    assert keeper.post(address, again).status_code == 302


# --- A draft, row by row -------------------------------------------------------------------------


def test_a_draft_is_opened_as_a_copy_of_what_is_in_force(keeper, pkh):
    answer = keeper.post(
        reverse("programs:draft_new", args=[pkh.uid]), {"effective_from": "01-01-2027"}
    )
    draft = pkh.versions.get(published_at=None)
    assert answer["Location"] == reverse("programs:draft", args=[draft.uid])
    assert draft.content == pkh.versions.published().get().content
    assert keeper.get(answer["Location"]).status_code == 200


ROWS = {
    "papers": (
        {"code": "land", "mandatory": "on", "form": "original", "slots": "1",
         "substitutes": ["sktm"], "condition_1_field": "family.size",
         "condition_1_operator": "at_least", "condition_1_value": "3"},
        "requirements",
        {"code": "land", "form": "original", "substitutes": ["sktm"],
         "needed_when": [{"field": "family.size", "operator": "at_least", "value": 3}]},
    ),
    "services": (
        {"name_id": "Rawat jalan", "purpose": "renewal", "slots": "0"},
        "services",
        {"code": "rawat_jalan", "name_id": "Rawat jalan", "purpose": "renewal"},
    ),
    "rules": (
        RULE_FORM,
        "rules",
        {"code": "tidak_menerima_blt_desa", "message_id": "Tidak menerima BLT desa",
         "field": "holds.BLT-DD", "operator": "is", "value": False, "severity": "warning"},
    ),
    "exclusions": (
        {"message_id": "Sudah mampu", "severity": "block", "override": "penanggung_jawab",
         "slots": "2", "condition_1_field": "person.works", "condition_1_operator": "is",
         "condition_1_value": "ya", "condition_2_field": "care.class",
         "condition_2_operator": "in", "condition_2_value": "VIP, I"},
        "exclusions",
        {"code": "sudah_mampu", "message_id": "Sudah mampu", "override": "penanggung_jawab",
         "any_of": [{"field": "person.works", "operator": "is", "value": True},
                    {"field": "care.class", "operator": "in", "value": ["VIP", "I"]}]},
    ),
    "path": (
        {"kind": "health_centre", "name_id": "Puskesmas dulu", "emergency_skips": "on",
         "slots": "1"},
        "path",
        {"kind": "health_centre", "name_id": "Puskesmas dulu", "emergency_skips": True},
    ),
    "outputs": (
        {"name_id": "Kartu", "collectors": ["self", "proxy"], "note_id": "di kantor pos",
         "slots": "0"},
        "outputs",
        {"name_id": "Kartu", "collectors": ["self", "proxy"], "note_id": "di kantor pos"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("part", list(ROWS))
def test_a_row_of_each_part_is_added_on_its_own_small_form(part, keeper, draft):
    sent, name, wanted = ROWS[part]
    address = part_url(draft, part, "draft_row")
    assert keeper.get(address).status_code == 200
    answer = keeper.post(address, {**sent, "version": draft.version})
    assert answer.status_code == 302
    assert now(draft).content[name][-1] == wanted
    assert keeper.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(("code", "answer"), [("ktp", 302), ("land", 400)])
def test_only_of_the_e_ktp_everybody_must_have_one(code, answer, keeper, draft, written):
    draft = written(requirements=[])
    sent = {"code": code, "form": "copy", "each": "adult", "slots": "0", "version": draft.version}
    page = keeper.post(part_url(draft, "papers", "draft_row"), sent)
    assert page.status_code == answer
    if answer == 302:
        assert now(draft).content["requirements"][0]["each"] == "adult"
    else:
        assert "each" in page.context["form"].errors


def test_a_rule_of_a_file_with_many_conditions_loses_none_when_saved(keeper, draft, written):
    many = [{"field": "person.age", "operator": "is", "value": age} for age in range(120)]
    row = {"code": "umur", "message_id": "Umur", "any_of": many}
    draft = written(rules=[row])
    address = part_url(draft, "rules", "draft_row", row="umur")
    page = keeper.get(address)
    assert not page.context["more"]
    form = page.context["form"]
    shown = {one.name: one.value() for one in form if one.value() not in (None, "", False)} | {
        "slots": form.slots
    }
    assert keeper.post(address, shown).status_code == 302
    assert now(draft).content["rules"] == [row]


@pytest.mark.parametrize("part", list(ROWS))
def test_a_row_saved_as_it_is_shown_stays_as_it_is(part, keeper, draft, written):
    _sent, name, row = ROWS[part]
    draft = written(**{name: [row]})
    key = row.get("code") or row["name_id"]
    address = part_url(draft, part, "draft_row", row=key)
    form = keeper.get(address).context["form"]
    shown = {one.name: one.value() for one in form if one.value() not in (None, "", False)} | {
        "slots": form.slots
    }
    assert keeper.post(address, shown).status_code == 302
    assert now(draft).content[name] == [row]


def test_a_services_own_papers_are_edited_beside_those_of_all(keeper, draft, written):
    draft = written(services=[HOSPITAL])
    address = part_url(draft, "papers", "draft_row", service="inap")
    sent = {"code": "ktp", "form": "original", "slots": "1", "version": draft.version}
    assert keeper.post(address, sent).status_code == 302
    papers = now(draft).content["services"][0]["requirements"]
    assert [row["code"] for row in papers] == ["health_letter", "ktp"]
    assert now(draft).content["requirements"] == draft.content["requirements"]
    page = keeper.get(part_url(draft, "papers", service="inap"))
    assert [line.key for line in page.context["lines"]] == ["health_letter", "ktp"]


@pytest.mark.parametrize(("act", "order"), [("up", "bac"), ("down", "acb"), ("remove", "ac")])
def test_rows_move_and_go_without_a_script(act, order, keeper, draft, written):
    draft = written(rules=[ELDERLY | {"code": code} for code in "abc"])
    sent = {"row": "b", "act": act, "version": draft.version, "service": ""}
    assert keeper.post(part_url(draft, "rules", "draft_row_act"), sent).status_code == 302
    assert [row["code"] for row in now(draft).content["rules"]] == list(order)


def test_a_removal_after_somebody_elses_change_is_refused(keeper, draft, written):
    draft = written(rules=[ELDERLY])
    sent = {"row": "lansia", "act": "remove", "version": draft.version - 1}
    assert keeper.post(part_url(draft, "rules", "draft_row_act"), sent).status_code == 409
    assert now(draft).content["rules"]


def test_one_more_condition_keeps_what_was_typed_and_saves_nothing(keeper, draft):
    address = part_url(draft, "rules", "draft_row")
    sent = {**RULE_FORM, "message_id": "Belum selesai", "version": draft.version, "more": "1"}
    page = keeper.post(address, sent)
    assert page.status_code == 200
    assert page.context["form"].slots == 2
    assert "Belum selesai" in page.text
    assert 'value="tidak"' in page.text
    assert not page.context["form"].errors
    assert now(draft).content == draft.content


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"message_id": ""}, "message_id"),
        ({"condition_1_value": "mungkin"}, "condition_1_value"),
        ({"condition_1_field": "person.age", "condition_1_value": "tua"}, "condition_1_value"),
        ({"condition_1_operator": "at_least"}, "condition_1_operator"),
        ({"condition_1_field": ""}, "condition_1_field"),
        ({"condition_1_field": "person.shoe_size"}, "condition_1_field"),
        ({"condition_1_field": "care.class", "condition_1_value": "IV"}, "condition_1_value"),
        ({"condition_1_field": "person.age", "condition_1_value": "9" * 30}, "condition_1_value"),
    ],
)
def test_a_mistake_is_told_beside_its_box_and_nothing_typed_is_lost(change, field, keeper, draft):
    address = part_url(draft, "rules", "draft_row")
    page = keeper.post(address, {**RULE_FORM, "version": draft.version, "source": "Perda"} | change)
    assert page.status_code == 400
    assert field in page.context["form"].errors
    assert "Perda" in page.text
    assert now(draft).content == draft.content


def test_a_mistake_of_another_part_is_told_with_its_part_and_row(keeper, draft, written):
    draft = written(
        services=[HOSPITAL], rules=[ELDERLY, ELDERLY | {"code": "b", "services": ["inap"]}]
    )
    sent = {"row": "inap", "act": "remove", "version": draft.version}
    answer = keeper.post(part_url(draft, "services", "draft_row_act"), sent)
    assert answer.status_code == 400
    assert "Aturan, baris 2" in answer.text


def test_two_editors_of_one_row_the_second_sees_both_values(keeper, login, draft, written):
    draft = written(rules=[ELDERLY])
    address = part_url(draft, "rules", "draft_row", row="lansia")
    sent = {
        "severity": "block", "slots": "1", "condition_1_field": "person.age",
        "condition_1_operator": "at_least", "version": draft.version, "message_id": "Lansia",
    }  # fmt: skip
    first = login("admin").post(address, {**sent, "condition_1_value": "65"})
    assert first.status_code == 302
    late = keeper.post(address, {**sent, "condition_1_value": "70"})
    assert late.status_code == 409
    boxes = late.context["form"]
    assert boxes["condition_1_value"].value() == "70"
    assert boxes["condition_1_value"].recorded == "65"
    again = {**sent, "condition_1_value": "70", "version": boxes["version"].value()}
    assert keeper.post(address, again).status_code == 302
    assert now(draft).content["rules"][0]["value"] == 70


def test_a_row_somebody_moved_is_found_by_its_code_and_one_gone_is_told(keeper, draft, written):
    draft = written(rules=[ELDERLY, ELDERLY | {"code": "b", "value": 70}])
    address = part_url(draft, "rules", "draft_row", row="lansia")
    sent = {"severity": "block", "slots": "1", "condition_1_field": "person.age",
            "condition_1_operator": "at_least", "condition_1_value": "61",
            "version": draft.version, "message_id": "Lansia"}  # fmt: skip
    written(rules=[ELDERLY | {"code": "b", "value": 70}, ELDERLY])
    late = keeper.post(address, sent)
    assert late.status_code == 409
    version = late.context["form"]["version"].value()
    assert keeper.post(address, sent | {"version": version}).status_code == 302
    assert [row["value"] for row in now(draft).content["rules"]] == [70, 61]
    written(rules=[])
    assert keeper.get(address).status_code == 404
    gone = keeper.post(address, sent)
    assert gone.status_code == 409
    assert "sudah dihapus petugas lain" in gone.text
    assert (
        keeper.post(
            address, sent | {"version": gone.context["form"]["version"].value()}
        ).status_code
        == 302
    )
    assert len(now(draft).content["rules"]) == 1


def test_basis_and_limits_are_small_forms_of_their_own(keeper, draft):
    sent = {"effective_from": "02-03-2027", "legal_bases": "UU 1/2027\nPerda 2/2027",
            "poverty_test": "on", "version": draft.version}  # fmt: skip
    assert keeper.post(part_url(draft, "basis"), sent).status_code == 302
    assert now(draft).effective_from == date(2027, 3, 2)
    assert now(draft).content["legal_bases"] == ["UU 1/2027", "Perda 2/2027"]
    sent = {"new": "4", "renewal": "5", "quota_number": "30", "quota_period": "year",
            "version": now(draft).version}  # fmt: skip
    assert keeper.post(part_url(draft, "limits"), sent).status_code == 302
    assert now(draft).content["max_deciles"] == {"new": 4, "renewal": 5}
    assert now(draft).content["quota"] == {"number": 30}
    wrong = keeper.post(part_url(draft, "limits"), sent | {"new": "11"})
    assert wrong.status_code == 400
    without = {"effective_from": "02-03-2027", "legal_bases": "UU", "version": now(draft).version}
    refused = keeper.post(part_url(draft, "basis"), without)
    assert refused.status_code == 400
    assert "Desil dan kuota" in refused.text


# --- Publishing ----------------------------------------------------------------------------------


def test_a_draft_is_published_after_a_look_at_what_changes_and_then_closed(keeper, draft, written):
    draft = written(rules=[ELDERLY])
    address = reverse("programs:draft_publish", args=[draft.uid])
    page = keeper.get(address)
    assert "Berumur 60 tahun atau lebih" in page.text
    assert keeper.post(address, {"version": draft.version - 1}).status_code == 409
    assert keeper.post(address, {"version": draft.version}).status_code == 302
    assert now(draft).published_at
    for name in ("draft", "draft_publish", "draft_drop"):
        assert keeper.get(reverse(f"programs:{name}", args=[draft.uid])).status_code == 409
    assert keeper.get(part_url(draft, "rules")).status_code == 409


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"legal_bases": []}, "Dasar hukumnya belum ditulis."),
        ({"requirements": []}, "Belum ada berkas yang diminta."),
        (
            {"requirements": [], "services": [{"code": "a", "name_id": "Rawat jalan"}]},
            "Layanan “Rawat jalan” belum meminta berkas apa pun.",
        ),
    ],
)
def test_an_incomplete_draft_is_refused_in_words(content, words, keeper, written):
    draft = written(**content)
    page = keeper.get(reverse("programs:draft", args=[draft.uid]))
    assert words in page.text
    assert reverse("programs:draft_publish", args=[draft.uid]) not in page.text
    answer = keeper.post(
        reverse("programs:draft_publish", args=[draft.uid]), {"version": draft.version}
    )
    assert answer.status_code == 400
    assert words in answer.text
    assert not now(draft).published_at


def test_a_draft_is_dropped_and_what_is_published_stays(keeper, draft, pkh):
    answer = keeper.post(
        reverse("programs:draft_drop", args=[draft.uid]), {"version": draft.version}
    )
    assert answer["Location"] == reverse("programs:programme", args=[pkh.uid])
    assert pkh.versions.count() == 1


# --- Partners ------------------------------------------------------------------------------------


def test_partners_and_agreements_are_kept_on_their_pages(keeper, login, cast, pkh):
    sent = {"code": "rs", "name_id": "RS Uji", "kind": "hospital"}
    assert keeper.post(reverse("programs:partner_new"), sent).status_code == 302
    assert keeper.post(reverse("programs:partner_new"), sent).status_code == 400
    partner = Partner.objects.get()
    terms = {"programme_uid": str(pkh.uid), "since": "01-01-2026", "number": "12/2026"}
    address = reverse("programs:agreement_new", args=[partner.uid])
    assert keeper.post(address, terms | {"until": "01-01-2025"}).status_code == 400
    assert keeper.post(address, terms).status_code == 302
    agreement = PartnerAgreement.objects.get()
    change = reverse("programs:agreement_change", args=[agreement.uid])
    end = {"number": "12/2026", "version": agreement.version}
    assert login("admin").post(change, end | {"until": "01-02-2026"}).status_code == 302
    late = keeper.post(change, end | {"until": "01-03-2026"})
    assert late.status_code == 409
    assert "1 Februari 2026" in late.text
    agreement.refresh_from_db()
    assert agreement.until == date(2026, 2, 1)


def test_a_partners_desk_has_an_e_mail_address_or_none(keeper, cast):
    sent = {"code": "baznas", "name_id": "Baznas Uji", "kind": "charity"}
    wrong = keeper.post(reverse("programs:partner_new"), sent | {"email": "rujukan@"})
    assert wrong.context["form"].errors.keys() == {"email"}
    keeper.post(reverse("programs:partner_new"), sent | {"email": "rujukan@baznas.example"})
    assert Partner.objects.get().email == "rujukan@baznas.example"
    file = export_catalogue(cast.village)
    assert "rujukan@baznas.example" in file
    broken = {"text": file.replace("rujukan@baznas.example", "rujukan@")}
    page = keeper.post(reverse("programs:catalogue_import"), broken)
    assert "baznas: email: bukan alamat surel." in page.text


# --- The file ------------------------------------------------------------------------------------


def test_the_file_that_was_downloaded_changes_nothing_when_taken_back(keeper, pkh, cast):
    answer = keeper.get(reverse("programs:catalogue_file"))
    assert answer.text == export_catalogue(cast.village)
    page = keeper.post(reverse("programs:catalogue_import"), {"text": answer.text})
    assert page.context["plan"].is_empty
    assert "tidak ada yang berubah" in page.text


def changed(text):
    """Return the file with PKH's first paper made an original, and a programme more."""
    before, after = text.split('code = "PKH"')
    after = after.replace('{ code = "ktp" }', '{ code = "ktp", form = "original" }', 1)
    more = (
        '\n[[programmes]]\ncode = "BARU"\nname_id = "Program baru"\nowner = "Desa"\n'
        'tier = "village"\n[[programmes.versions]]\neffective_from = 2026-01-01\n'
        'legal_bases = ["Perdes 1"]\nrequirements = [{ code = "kk" }]\n'
    )
    return f'{before}code = "PKH"{after}{more}'


def test_agreements_of_a_file_are_shown_before_they_are_taken(keeper, pkh):
    text = """
[[partners]]
code = "rs"
name_id = "RS Uji"
[[programmes]]
code = "UJI"
name_id = "Uji"
owner = "Desa"
tier = "village"
[[programmes.agreements]]
partner = "rs"
since = 2026-02-01
number = "12/PKS/2026"
"""
    page = keeper.post(reverse("programs:catalogue_import"), {"text": text})
    assert "12/PKS/2026" in page.text
    assert not PartnerAgreement.objects.exists()


def test_differences_are_shown_before_anything_is_taken_and_come_as_drafts(keeper, pkh, cast):
    text = changed(export_catalogue(cast.village))
    page = keeper.post(reverse("programs:catalogue_import"), {"text": text})
    plan = page.context["plan"]
    assert [(one.entry.code, one.kind) for one in plan.changes] == [
        ("PKH", "changed"), ("BARU", "new"),
    ]  # fmt: skip
    assert "asli" in page.text
    assert not Programme.objects.filter(code="BARU").exists()
    take = reverse("programs:catalogue_take")
    assert keeper.post(take, {"text": text, "way": "draft"}).status_code == 302
    assert pkh.versions.get(published_at=None).content["requirements"][0]["form"] == "original"
    assert Programme.objects.get(code="BARU").versions.published().count() == 1
    told = keeper.post(take, {"text": text, "way": "draft"}, follow=True)
    assert "1 versi tidak diambil" in told.text
    assert keeper.post(take, {"text": text, "way": "publish"}).status_code == 302
    assert pkh.versions.published().count() == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x", "bukan TOML"),
        ("", "Pilih berkasnya"),
        ('[[programmes]]\ncode = "A"\n', "A: name_id"),
        (
            '[[programmes]]\ncode = "A"\nname_id = "a"\nowner = "b"\ntier = "village"\n'
            "[[programmes.versions]]\neffective_from = 2026-01-01\nmax_deciles = { new = 11 }\n",
            "A, versi 2026-01-01: max_deciles.new",
        ),
        ("a = " + "[" * 5000, "bertingkat"),
    ],
)
def test_a_wrong_file_is_refused_with_programme_and_field_and_stays_in_the_box(
    text, words, keeper, pkh
):
    page = keeper.post(reverse("programs:catalogue_import"), {"text": text})
    assert page.status_code == 400
    assert words in page.text
    assert page.context["form"]["text"].value() == text
    taken = keeper.post(reverse("programs:catalogue_take"), {"text": text, "way": "draft"})
    assert taken.status_code == 400
    assert keeper.post(reverse("programs:catalogue_take"), {"text": text}).status_code == 400


def test_a_file_may_be_uploaded_and_one_that_is_no_text_is_refused(keeper, pkh, cast, png):
    from django.core.files.uploadedfile import SimpleUploadedFile

    text = changed(export_catalogue(cast.village)).encode()
    upload = SimpleUploadedFile("katalog.toml", text)
    page = keeper.post(reverse("programs:catalogue_import"), {"upload": upload})
    assert len(page.context["plan"].changes) == 2
    refused = keeper.post(reverse("programs:catalogue_import"), {"upload": png()})
    assert refused.status_code == 400
    assert "bukan teks" in refused.text


# --- Who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["front", "back", "head", "facilitator", "kasun"])
def test_others_than_the_keeper_read_but_change_nothing(who, login, draft, pkh):
    visitor = login(who)
    assert visitor.get(reverse("programs:catalogue")).status_code == 200
    assert visitor.get(reverse("programs:version", args=[draft.uid])).status_code == 200
    for address in (
        reverse("programs:draft", args=[draft.uid]),
        part_url(draft, "rules"),
        reverse("programs:programme_change", args=[pkh.uid]),
        reverse("programs:catalogue_import"),
    ):
        assert visitor.get(address).status_code == 403
    answer = visitor.post(
        reverse("programs:draft_publish", args=[draft.uid]), {"version": draft.version}
    )
    assert answer.status_code == 403
    assert not now(draft).published_at


def test_another_offices_draft_is_not_there(login, draft, pkh):
    stranger = login("stranger_koordinator")
    for address in (
        reverse("programs:programme", args=[pkh.uid]),
        reverse("programs:draft", args=[draft.uid]),
        part_url(draft, "rules", "draft_row"),
    ):
        assert stranger.get(address).status_code == 404


@pytest.mark.parametrize("part", ["basis2", "requirements", "draft"])
def test_a_part_that_does_not_exist_is_not_found(part, keeper, draft):
    assert keeper.get(part_url(draft, part)).status_code == 404
    assert keeper.get(part_url(draft, part, "draft_row")).status_code == 404
    assert keeper.get(part_url(draft, "papers", service="tidak-ada")).status_code == 404


def test_the_day_a_version_comes_is_told_in_the_list(keeper, cast, pkh, draft):
    services.publish(actor=cast.actor("admin"), uid=draft.uid, version=None)
    rows = keeper.get(reverse("programs:catalogue")).context["rows"]
    row = next(row for row in rows if row.programme == pkh)
    assert row.in_force.effective_from < START - timedelta(days=1)
    assert row.coming == draft
