"""Forms as people fill them in: field by field, by the words that stand at it; files dragged onto their place."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from playwright.sync_api import Locator, Page, expect

PICTURE = b"\x89PNG\r\n\x1a\n a picture"
DROP = """(box, [name, data]) => {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(data)], name, { type: 'image/png' }));
  box.dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
}"""


def drop(page: Page, slot: str, name: str = "photo.png", data: bytes = PICTURE) -> None:
    """Drag a file from the desktop onto the place for it."""
    page.locator(f"#slot-{slot} .drop").evaluate(DROP, [name, list(data)])
    expect(page.locator(f"#slot-{slot}").get_by_role("link", name=name)).to_be_visible()


def fill(page: Page, answers: dict[str, Any]) -> None:
    """Fill in the form of a page, field by field, as one reads it."""
    form = page.locator(":is(task-form, entry-form)[data-ready]").first
    expect(form).to_be_visible()
    state = form.evaluate("(island) => island.form._getState()")
    Form(page, form, state["initialData"]).fill(state["schema"]["components"], answers)


@dataclass
class Form:
    """A form at which somebody sits; `data` has what may be chosen from."""

    page: Page
    box: Locator
    data: dict[str, Any]

    @cached_property
    def kinds(self) -> dict[str, Callable[[Locator, dict[str, Any], Any], None]]:
        """How a field of each type is filled in."""
        return {
            "select": self._select,
            "radio": self._radio,
            "checkbox": lambda box, one, value: box.get_by_label(label(one)).set_checked(bool(value)),
            "checklist": self._checklist,
            "taglist": self._taglist,
            "datetime": self._datetime,
            "dynamiclist": self._list,
        }

    def fill(self, components: list[dict[str, Any]], answers: dict[str, Any], box: Locator | None = None) -> None:
        """Fill in those fields for which there is an answer, in the form's order."""
        place, left = box or self.box, dict(answers)
        for one in components:
            key = one.get("key") or one.get("path")
            if one["type"] == "group" and not key:
                self.fill(one["components"], answers, place)
            elif one["type"] == "group" and key in left:
                self.fill(one["components"], left.pop(key), place)
            elif key in left:
                self.kinds.get(one["type"], self._text)(place, one, left.pop(key))

    def _text(self, box: Locator, one: dict[str, Any], value: Any) -> None:
        box.get_by_label(label(one)).fill(str(value))

    def _options(self, one: dict[str, Any]) -> list[dict[str, Any]]:
        return list(one.get("values") or self.data[one["valuesKey"]])

    def _said(self, one: dict[str, Any], value: Any) -> str:
        return next(str(each["label"]) for each in self._options(one) if each["value"] == value)

    def _select(self, box: Locator, one: dict[str, Any], value: Any) -> None:
        field = box.locator(".fjs-form-field-select").filter(has=self.page.get_by_text(label(one)))
        field.locator(".fjs-input-group").click()
        field.locator(".fjs-dropdownlist-item", has_text=exactly(self._said(one, value))).click()

    def _radio(self, box: Locator, one: dict[str, Any], value: Any) -> None:
        field = box.locator(".fjs-form-field-radio").filter(has=self.page.get_by_text(label(one)))
        field.get_by_label(self._said(one, value), exact=True).check()

    def _checklist(self, box: Locator, one: dict[str, Any], value: Any) -> None:
        field = box.locator(".fjs-form-field-checklist").filter(has=self.page.get_by_text(label(one)))
        for each in value:
            field.get_by_label(self._said(one, each), exact=True).check()

    def _taglist(self, box: Locator, one: dict[str, Any], value: Any) -> None:
        field = box.locator(".fjs-form-field-taglist").filter(has=self.page.get_by_text(label(one)))
        for each in value:
            field.locator("input").click()
            field.locator(".fjs-dropdownlist-item", has_text=exactly(self._said(one, each))).click()

    def _datetime(self, box: Locator, one: dict[str, Any], value: str) -> None:
        if one["subtype"] != "time":
            year, month, day = value[:10].split("-")
            place = box.get_by_label(exactly(one["dateLabel"], mark=True))
            place.fill(f"{month}/{day}/{year}")
            place.press("Enter")
            place.press("Escape")
        if one["subtype"] != "date":
            place = box.get_by_label(exactly(one["timeLabel"], mark=True))
            place.fill(value if one["subtype"] == "time" else value[11:16])
            place.press("Enter")

    def _list(self, box: Locator, one: dict[str, Any], value: list[dict[str, Any]]) -> None:
        field = box.locator(".fjs-form-field-dynamiclist").filter(has=self.page.get_by_text(label(one)))
        rows = field.locator(".fjs-repeat-row-container")
        for number, row in enumerate(value):
            if rows.count() <= number:
                field.get_by_role("button", name=re.compile("^Add")).click()
            self.fill(one["components"], row, rows.nth(number))


def label(one: dict[str, Any]) -> re.Pattern[str]:
    """The label of a field, as a person reads it."""
    return exactly(one["label"], mark=True)


def exactly(said: str, *, mark: bool = False) -> re.Pattern[str]:
    """These words and no others, but for the mark of what has to be answered."""
    return re.compile(f"^{re.escape(said.strip())}" + (r"\s*\*?$" if mark else "$"))
