"""A text of a form says a moment of the case as people say it."""

from web.form_words import in_moments


def test_a_moment_in_a_text_is_said_in_words_and_everything_else_is_left_to_the_form():
    schema = {
        "components": [
            {"type": "text", "text": "Seen {{ seen_at }}, {{what}}, {{since.day}}."},
            {"type": "group", "components": [{"type": "text", "text": "{{seen_at}}"}]},
            {"type": "textfield", "key": "seen_at"},
        ]
    }
    data = {"seen_at": "2027-03-27T22:40:00+00:00", "what": "2027-03-27", "since": {"day": "Monday"}}
    told = in_moments(schema, data, lambda at: f"on the {at.day}th at {at:%H:%M}")
    first, group, field = told["components"]
    assert first["text"] == "Seen on the 27th at 22:40, {{what}}, {{since.day}}."
    assert group["components"][0]["text"] == "on the 27th at 22:40"
    assert field == {"type": "textfield", "key": "seen_at"}
    assert schema["components"][0]["text"].startswith("Seen {{ seen_at }}")
