"""The hosted way: what docker-compose.yml and the Dockerfile must never lose."""

import re

import pytest
import yaml
from django.conf import settings

ROOT = settings.BASE_DIR
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
PROGRAM = ("web", "worker", "beat", "migrate")
LONG_RUNNING = ("postgres", "redis", "web", "worker", "beat")
STAGES = re.split(r"(?m)^FROM ", (ROOT / "Dockerfile").read_text())[1:]


def test_every_service_of_a_hosted_office_is_there():
    assert set(SERVICES) == {*LONG_RUNNING, "migrate"}


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_a_long_running_service_is_watched_and_restarted(name):
    service = SERVICES[name]
    # The web's health check is the image's own.
    assert name == "web" or "test" in service["healthcheck"]
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_nothing_starts_before_the_database_is_migrated(name):
    needs = SERVICES[name]["depends_on"]
    assert needs["migrate"] == {"condition": "service_completed_successfully"}
    assert needs["redis"] == {"condition": "service_healthy"}
    assert SERVICES["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_the_fonts_are_there_before_the_first_letter():
    assert "make_fonts" in " ".join(SERVICES["migrate"]["command"])


@pytest.mark.parametrize("name", PROGRAM)
def test_the_program_runs_with_as_little_power_as_it_needs(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "privileged" not in service


def test_a_password_has_no_default():
    text = (ROOT / "docker-compose.yml").read_text()
    for variable in ("POSTGRES_PASSWORD", "PUSKESOS_BASE_URL"):
        uses = re.findall(rf"\$\{{{variable}[^}}]*\}}", text)
        assert uses
        assert all(use.startswith(f"${{{variable}:?") for use in uses)


def test_only_the_web_is_reachable_and_only_from_this_machine():
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(ports) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in ports["web"])


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_what_must_survive_is_on_a_named_volume(name):
    used = {volume.split(":")[0] for volume in SERVICES[name]["volumes"]}
    assert used <= set(COMPOSE["volumes"])


def test_the_settings_know_every_variable_that_is_passed():
    known = (ROOT / "puskesmas" / "settings.py").read_text()
    for variable in SERVICES["web"]["environment"]:
        assert f'"{variable}"' in known


def test_the_image_runs_as_an_ordinary_user_and_checks_itself():
    last = STAGES[-1]
    user = re.search(r"(?m)^USER (\S+)$", last)
    assert user
    assert user[1] != "root"
    assert "/health/" in last[last.index("HEALTHCHECK") :]
    assert last.index("USER ") < last.index("\nCMD ")


def test_the_image_installs_hashed_packages_and_the_letters_libraries():
    from puskesmas.bootstrap import LETTER_LIBRARIES

    assert "--require-hashes" in STAGES[0]
    assert all(package in STAGES[-1] for package in LETTER_LIBRARIES)


def test_data_and_keys_stay_out_of_the_image():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    assert "*" in ignored
    assert not allowed & {"var", ".git", ".venv", "tests", ".env"}
    assert all((ROOT / name).exists() for name in allowed)
