"""Work at a page with the keyboard only, and count what it takes."""

from playwright.sync_api import Page

_FOCUSED = """() => {
  const el = document.activeElement;
  if (!el || el === document.body) return "";
  return (el.labels?.[0] ?? el).innerText.trim() || el.getAttribute("aria-label") || "";
}"""
_MOST_TABS = 60


class Keyboard:
    """A pair of hands that never touches the mouse.

    ``keys`` counts the presses that move and choose, ``letters`` the characters typed.
    ``pointed`` counts mouse, pen and finger events the pages saw: it must stay 0.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = self.letters = self.pointed = 0
        page.expose_function("pointerWasUsed", self._point)
        page.add_init_script(
            "addEventListener('pointerdown', () => window.pointerWasUsed(), true);"
        )

    def press(self, key: str, times: int = 1) -> None:
        """Press a key, as ``Tab`` or ``Control+Enter``."""
        for _press in range(times):
            self.page.keyboard.press(key)
            self.keys += 1

    def shortcut(self, letter: str) -> None:
        """Press Alt and a page's access key.

        Playwright's own press leaves out the letter, by which Chromium finds the key's element.
        """
        wire = self.page.context.new_cdp_session(self.page)
        stroke = {
            "modifiers": 1,
            "key": letter,
            "code": f"Key{letter.upper()}",
            "windowsVirtualKeyCode": ord(letter.upper()),
            "text": letter,
            "unmodifiedText": letter,
        }
        for kind in ("keyDown", "keyUp"):
            wire.send("Input.dispatchKeyEvent", {"type": kind, **stroke})
        wire.detach()
        self.keys += 1

    def types(self, words: str) -> None:
        """Type into what is focused."""
        self.page.keyboard.type(words)
        self.letters += len(words)

    def to(self, label: str) -> None:
        """Press Tab until the focus is on what is labelled so.

        Raises:
            AssertionError: it is not reached within a screenful of stops.
        """
        passed = []
        for _stop in range(_MOST_TABS):
            focused = self.page.evaluate(_FOCUSED)
            if focused.startswith(label):
                return
            passed.append(focused)
            self.press("Tab")
        raise AssertionError(f"{label!r} is not reached by Tab; passed {passed}")

    def _point(self) -> None:
        self.pointed += 1
