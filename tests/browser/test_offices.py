"""What ``make run`` promises: both offices answer, and every log-in it prints works."""

import pytest

from puskesmas import demo_accounts
from tests.browser.people import People

pytestmark = pytest.mark.browser

ACCOUNTS = demo_accounts.VILLAGE + demo_accounts.KELURAHAN + demo_accounts.DISTRICT


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.username)
def test_everybody_in_the_greeting_can_log_in(people: People, account: demo_accounts.Account):
    officer = people.another(account.username)
    officer.page.locator("details.menu > summary").click()
    officer.sees("Keluar")
    officer.context.close()
