"""Settings readers, system checks, headers, sign-in and sign-up."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from adforge import checks, correlation
from adforge.settings import env
from adforge.settings.demo import demo_accounts
from adforge.settings.storage import PRIVATE_ALIASES, private_files, private_objects
from campaigns.models import Membership, Organisation
from tests import factories


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: env.env_int("ADFORGE_TEST_VALUE", 1), "many"),
        (lambda: env.env_float("ADFORGE_TEST_VALUE", 1.0), "a lot"),
    ],
)
def test_a_bad_value_stops_the_start_and_names_the_variable(monkeypatch, read, value: str) -> None:
    monkeypatch.setenv("ADFORGE_TEST_VALUE", value)
    with pytest.raises(ImproperlyConfigured, match="ADFORGE_TEST_VALUE"):
        read()


def test_values_are_typed(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ADFORGE_TEST_VALUE", "7")
    assert env.env_int("ADFORGE_TEST_VALUE", 1) == 7
    assert env.env_float("ADFORGE_TEST_VALUE", 1.0) == 7.0
    monkeypatch.setenv("ADFORGE_TEST_VALUE", "a,b")
    assert env.env_list("ADFORGE_TEST_VALUE", []) == ["a", "b"]
    monkeypatch.setenv("ADFORGE_TEST_VALUE", "yes")
    assert env.env_bool("ADFORGE_TEST_VALUE")
    monkeypatch.setenv("ADFORGE_TEST_VALUE", str(tmp_path))
    assert env.env_path("ADFORGE_TEST_VALUE", Path("/nowhere")) == tmp_path
    assert env.env_database("ADFORGE_TEST_NOTHING") is None
    monkeypatch.setenv("ADFORGE_TEST_VALUE", "postgres://u:p@db:5433/shop")
    found = env.env_database("ADFORGE_TEST_VALUE")
    assert (found["ENGINE"], found["PORT"]) == ("django.db.backends.postgresql", 5433)


def test_a_secret_comes_from_variable_file_or_is_made_once(monkeypatch, tmp_path: Path) -> None:
    kept = tmp_path / "keys" / "secret"
    made = env.env_secret("ADFORGE_TEST_SECRET", keep=kept)
    assert len(made) > 40
    assert env.env_secret("ADFORGE_TEST_SECRET", keep=kept) == made
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    monkeypatch.setenv("ADFORGE_TEST_SECRET_FILE", str(kept))
    assert env.env_secret("ADFORGE_TEST_SECRET") == made
    monkeypatch.setenv("ADFORGE_TEST_SECRET", "given")
    assert env.env_secret("ADFORGE_TEST_SECRET") == "given"
    monkeypatch.undo()
    with pytest.raises(ImproperlyConfigured, match="ADFORGE_TEST_SECRET"):
        env.env_secret("ADFORGE_TEST_SECRET")


def test_demo_passwords_belong_to_one_installation() -> None:
    first, second = demo_accounts("one"), demo_accounts("two")
    assert demo_accounts("one") == first
    assert not {account["password"] for account in first} & {account["password"] for account in second}
    assert len({account["password"] for account in first}) == 5


def test_no_storage_is_public(tmp_path: Path) -> None:
    assert set(private_files(tmp_path)) == set(private_objects("bucket")) == set(PRIVATE_ALIASES)
    for options in (entry["OPTIONS"] for entry in private_objects("bucket").values()):
        assert options["querystring_auth"]
        assert options["querystring_expire"] <= 60
        assert options["default_acl"] is None


def ids(found) -> list[str]:
    return [message.id for message in found]


def test_a_database_without_triggers_is_refused(settings) -> None:
    assert ids(checks.check_database(None)) == []
    settings.DATABASES = {"default": {"ENGINE": "django.db.backends.mysql"}}
    assert ids(checks.check_database(None)) == ["adforge.E001"]


def test_a_public_storage_is_refused(settings) -> None:
    assert ids(checks.check_storages(None)) == []
    settings.STORAGES = {**settings.STORAGES, "takes": {"OPTIONS": {"base_url": "/media/"}}}
    del settings.STORAGES["masters"]
    assert ids(checks.check_storages(None)) == ["adforge.E002", "adforge.E002"]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("memory://", []),
        ("amqp://guest@host//", []),
        ("filesystem://", ["adforge.E003"]),
        ("sqla+sqlite:///x.db", ["adforge.E003"]),
        ("redis+socket:///" + "d" * 107 + "/s.sock?virtual_host=0", ["adforge.E004"]),
    ],
)
def test_a_broker_that_loses_tasks_is_refused(settings, url: str, found: list[str]) -> None:
    settings.CELERY_BROKER_URL = url
    assert ids(checks.check_broker(None)) == found


def test_readable_keys_are_refused(settings, tmp_path: Path) -> None:
    settings.KEY_DIR = tmp_path
    (tmp_path / "signing.key").write_text("secret")
    (tmp_path / "signing.key").chmod(0o644)
    (tmp_path / "chain.pem").write_text("public")
    assert ids(checks.check_secret_files(None)) == ["adforge.E005"]
    (tmp_path / "signing.key").chmod(0o600)
    assert ids(checks.check_secret_files(None)) == []


def test_deploying_the_desk_settings_is_warned_about(settings) -> None:
    settings.ALLOWED_HOSTS, settings.ADFORGE_DEMO = ["*"], True
    settings.ADFORGE_PUBLIC_URL = "http://localhost"
    assert ids(checks.check_deployment(None)) == ["adforge.W001", "adforge.E006", "adforge.W002"]


def test_headers_are_on_every_page(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.json() == {"status": "ok"}
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "script-src" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert "geolocation=()" in answer["Permissions-Policy"]


def test_a_request_id_is_kept_when_it_is_harmless(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abcd-1234"})["X-Request-ID"] == "abcd-1234"
    assert client.get("/healthz", headers={"X-Request-ID": "x\ty"})["X-Request-ID"] != "x\ty"


def test_log_lines_carry_the_ids() -> None:
    record = logging.LogRecord("x", logging.INFO, "x", 1, "m", (), None)
    with correlation.bound(correlation.job_id, "job-1"):
        assert correlation.CorrelationFilter().filter(record)
    assert (record.job_id, record.request_id) == ("job-1", "-")


SIGN_UP = {
    "email": "new@example.org",
    "username": "newcomer",
    "password1": factories.PASSWORD,
    "password2": factories.PASSWORD,
}


@pytest.mark.django_db
def test_sign_up_is_closed_unless_the_operator_opened_it(client: Client, settings) -> None:
    client.post("/accounts/signup/", SIGN_UP)
    assert not Organisation.objects.exists()
    settings.ADFORGE_OPEN_SIGNUP = True
    client.post("/accounts/signup/", SIGN_UP)
    member = Membership.objects.get()
    assert (member.user.username, member.role) == ("newcomer", "owner")


@pytest.mark.django_db
@pytest.mark.parametrize("login", ["somebody", "somebody@example.org"])
def test_sign_in_by_name_or_address(client: Client, login: str) -> None:
    user = factories.UserFactory(username="somebody")
    client.post("/accounts/login/", {"login": login, "password": factories.PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)
