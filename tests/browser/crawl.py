"""Walk an office as its people: from home along links, a page of each kind, each language."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
from django.conf import settings
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse

from puskesmas import demo_accounts
from puskesmas.launcher import Office

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
#: Somebody of each role, by office; "" is a visitor. bo2 serves a kelurahan with no tier above.
WALKERS = {
    "village": (
        *("", "fo", "bo", "koordinator", "kepala", "kasun", "fasilitator", "admin"),
        *("bo2", "lurah2"),
    ),
    "district": (*("", "manajer", "supervisor", "fo_sekretariat", "bo_sekretariat", "admin_slrt"),),
}
#: Programs read these; documents are Indonesian whatever the page speaks.
FOR_PROGRAMS = ("api", "exchange:", "schema")
#: Files and the pages of an account read the same whoever opens them.
ALIKE = (
    *("account_", "mfa_", "styleguide", "status:", "verify:", "partner:"),
    *("letters:pdf", "complaints:receipt", "complaints:question_receipt"),
    "registry:import_reasons",
)
#: Forms sent besides, by whom: their answers say what was found, or what is amiss.
SENT: dict[str, tuple[tuple[str, dict[str, str]], ...]] = {
    "": (
        ("account_login", {}),
        ("status:check", {"number": "1234"}),
        ("verify:form", {"code": "1"}),
        ("partner:form", {"code": "1"}),
    ),
    "fo": (
        ("search", {"q": "siti"}),
        ("search", {"q": "zzz"}),
        ("registry:search", {"q": "siti"}),
        ("registry:search", {"q": "zzz"}),
        ("registry:person_new", {}),
        ("complaints:question_new", {}),
        ("account_change_password", {}),
    ),
    "bo": (("registry:import_new", {}),),
    "admin": (("office:office", {}), ("office:officer_new", {}), ("office:tokens", {})),
    "manajer": (("search", {"q": "siti"}),),
}
#: A kind's first address may lead on to another page: then the next one is tried.
MOST_TRIES = 5
#: Views that draw a page of its own for each value of an argument.
_DRAWN_BY = {
    "complaints:act": "code",
    "programs:draft_part": "part",
    "programs:draft_row": "part",
    "proposals:act": "code",
    "referrals:inbox_act": "action",
    "styleguide_page": "name",
}
_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
#: Keys are named alike everywhere; what stands in a text box was typed.
_UNREAD = {"script", "style", "template", "textarea", "kbd"}
#: Attributes that are read out or shown.
_SPOKEN = ("aria-label", "alt", "placeholder", "title", "data-hint")
_ASKED_BY_STYLE = re.compile(r"""url\(["']?(?!data:|#)([^"')]+)""")


class PageReader(HTMLParser):
    """Reads a page's links, what it loads, and its words in its own language.

    ``translate="no"`` marks names and codes, ``lang`` what people wrote in their own language.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.language = ""
        self.links: list[str] = []
        self.loads: list[str] = []
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "html":
            self.language = given.get("lang", "")
        self._note_address(tag, given)
        is_foreign = given.get("lang", self.language) not in {"", self.language}
        hidden = is_foreign or given.get("translate") == "no" or tag in _UNREAD or self._is_hidden()
        if not hidden:
            self._keep(*(given[name] for name in _SPOKEN if name in given))
        if tag not in _VOID:
            self._open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, _hidden = self._open.pop()
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._is_hidden():
            self._keep(data)

    def _note_address(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "link":
            self.loads.append(given["href"])
        elif tag in {"script", "img"} and not given.get("src", "data:").startswith("data:"):
            self.loads.append(given["src"])

    def _is_hidden(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def _keep(self, *words: str) -> None:
        self.texts += [text for text in (" ".join(one.split()) for one in words) if text]


@dataclass(frozen=True)
class Step:
    """An address to open. ``tab``: of the list it was found on; ``sent``: a form's content."""

    path: str
    tab: str = ""
    sent: Mapping[str, str] | None = None

    @property
    def view(self) -> str:
        return view_of(self.path)

    @property
    def kind(self) -> str:
        """What makes it a page of its own among those of its view."""
        match = resolve(urlsplit(self.path).path)
        drawn = str(match.kwargs.get(_DRAWN_BY.get(match.view_name, ""), ""))
        tab = self.tab if match.kwargs else tab_of(self.path)
        return " ".join(filter(None, (drawn, tab, "" if self.sent is None else f"{self.sent}")))


@dataclass(frozen=True)
class Visit:
    """One page as one person got it.

    ``view`` is what answered in the end, ``texts`` the words shown, a text node each, and
    ``weight`` the bytes on the wire with everything the page loads, for somebody who is here for
    the first time.
    """

    who: str
    step: Step
    view: str
    status: int
    language: str
    texts: tuple[str, ...]
    weight: int

    @property
    def is_shown(self) -> bool:
        """Whether the address showed the page it names, and no refusal or log-in instead."""
        return self.status == 200 and self.view == self.step.view


class Crawl:
    """One office's pages, walked by its people.

    Everybody opens a page of each kind along the links his own pages show. A page found under a tab
    of a list is a kind of its own, for the tab tells the row's state. Views that start with one of
    ``alike`` read the same whoever opens them: they are left to the first who gets there. Those of
    ``left_out`` are nobody's pages.
    """

    def __init__(self, url: str, *, alike: tuple[str, ...], left_out: tuple[str, ...]) -> None:
        self._url, self._alike, self._left_out = url, alike, left_out
        self._read: set[tuple[str, str]] = set()
        self._weights: dict[str, int] = {}

    def walk(self, who: str, steps: Iterable[Step]) -> Iterator[Visit]:
        """Yield the pages ``who`` gets to from ``steps`` on, in each language; "" is a visitor."""
        waiting, tried = deque(steps), Counter[tuple[str, str]]()
        with httpx.Client(base_url=self._url, timeout=60, follow_redirects=True) as client:
            if who:
                _log_in(client, who)
            while waiting:
                step = waiting.popleft()
                if not step.view or step.view.startswith(self._left_out):
                    continue
                key = step.view, step.kind
                if key in self._read or tried[key] >= MOST_TRIES:
                    continue
                for language in LANGUAGES:
                    client.cookies.set(settings.LANGUAGE_COOKIE_NAME, language)
                    visit, links = self._open(client, who, step)
                    yield visit
                    waiting += (Step(link, tab_of(step.path)) for link in links)
                tried[key] += MOST_TRIES if visit.is_shown else 1
                if step.view.startswith(self._alike) and visit.is_shown:
                    self._read.add(key)

    def _open(self, client: httpx.Client, who: str, step: Step) -> tuple[Visit, list[str]]:
        response = client.get(step.path) if step.sent is None else _send(client, step)
        at = str(response.url)
        page = PageReader(response.text if "html" in response.headers["Content-Type"] else "")
        weight = response.num_bytes_downloaded + sum(
            self._weigh(client, urljoin(at, address)) for address in set(page.loads)
        )
        visit = Visit(
            who,
            step,
            view_of(response.url.path),
            response.status_code,
            page.language,
            tuple(page.texts),
            weight,
        )
        return visit, [own for link in page.links if (own := _own_path(at, link))]

    def _weigh(self, client: httpx.Client, url: str) -> int:
        """Return the bytes of a file on the wire, with those a style sheet asks for in turn."""
        if url not in self._weights:
            response = client.get(url)
            asked = set(_ASKED_BY_STYLE.findall(response.text)) if url.endswith(".css") else set()
            self._weights[url] = response.num_bytes_downloaded + sum(
                self._weigh(client, urljoin(url, address)) for address in asked
            )
        return self._weights[url]


def _log_in(client: httpx.Client, who: str) -> None:
    door = reverse("account_login")
    client.get(door)
    answer = _send(client, Step(door, sent={"login": who, "password": demo_accounts.PASSWORD}))
    assert answer.url.path == reverse("home"), f"{who} was not let in"


def _send(client: httpx.Client, step: Step) -> httpx.Response:
    token = next((value for name, value in client.cookies.items() if "csrf" in name), "")
    return client.post(step.path, data=dict(step.sent or {}), headers={"X-CSRFToken": token})


def _own_path(page: str, link: str) -> str:
    """Return the path (with its query) a link leads to; "" when it leads elsewhere."""
    here, there = urlsplit(page), urlsplit(urljoin(page, link))
    if there.netloc != here.netloc:
        return ""
    return there.path + (f"?{there.query}" if there.query else "")


def tab_of(path: str) -> str:
    """Return which tab of a list an address shows; "" for the first.

    What waits for the approver is a list of one state, as a tab is.
    """
    asked = urlsplit(path)
    tab = "".join(parse_qs(asked.query).get("tab", []))
    return tab or ("approvals" if view_of(asked.path) == "referrals:approvals" else "")


def view_of(path: str) -> str:
    """Return the name of the view behind a path; "" for none."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def walk_offices(offices: Iterable[Office], seeds: Mapping[str, list[Step]]) -> list[Visit]:
    """Return every page of the offices, each role's, two people walking at a time."""
    views = [view for view, is_plain in all_views().items() if is_plain]
    unlinked = [Step(reverse(view)) for view in views if view.startswith(ALIKE)]
    walks = []
    for office in offices:
        crawl = Crawl(office.url, alike=ALIKE, left_out=FOR_PROGRAMS)
        for who in WALKERS[office.name]:
            sent = [Step(reverse(view), sent=data) for view, data in SENT.get(who, ())]
            walks.append((crawl, who, [Step("/"), *seeds.get(who, ()), *unlinked, *sent]))
            unlinked = unlinked if not who else []
    with ThreadPoolExecutor(max_workers=2) as pool:
        walked = pool.map(lambda walk: list(walk[0].walk(walk[1], walk[2])), walks)
    return [visit for visits in walked for visit in visits]


def all_views(resolver: URLResolver | None = None, prefix: str = "") -> dict[str, bool]:
    """Return every named view of the program, and whether its address takes no arguments."""
    views = {}
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                views[f"{prefix}{pattern.name}"] = not pattern.pattern.regex.groups
        else:
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            views |= all_views(pattern, space)
    return views
