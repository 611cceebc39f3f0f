"""The drawing in docs/cases.md is the table, line for line."""

from pathlib import Path

from complaints.workflow import CASE, REGISTER, CaseState

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cases.md"


def drawn() -> list[str]:
    """Return the arrows of the page's drawing, in its order."""
    text = PAGE.read_text()
    drawing = text[text.index("stateDiagram-v2") :].partition("```")[0]
    return [line.strip() for line in drawing.splitlines() if "-->" in line]


def test_the_drawing_shows_every_move_and_no_other():
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in CASE.steps.values():
        for source in CaseState.values:
            if source in step.sources:
                arrows.setdefault((source, step.target), []).append(step.action)
    order = {state: place for place, state in enumerate(CaseState.values)}
    expected = [f"[*] --> {REGISTER.target}: {REGISTER.action}"]
    for source, target in sorted(arrows, key=lambda pair: (order[pair[0]], order[pair[1]])):
        expected.append(f"{source} --> {target}: {', '.join(arrows[source, target])}")
    assert drawn() == expected
