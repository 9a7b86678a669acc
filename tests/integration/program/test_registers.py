"""The register of AI systems, from the command line: who keeps it, what it was, and cases about its rows."""

import json

CONFLICT, INVALID = 4, 1
SORTER = ("id=sorter", "name=Sorter", "tier=T1", "status=draft", "origin=own", "purpose=Sorts the mail.")


def given(*pairs: str) -> tuple[str, ...]:
    return tuple(part for pair in pairs for part in ("-a", pair))


def test_ai_systems_are_kept_and_cases_are_about_them(house, tmp_path):
    house.login("deniz.aydin", "priya.raman")
    assert "reg_ai_systems" in [one["key"] for one in house.json("register", "list")]
    rows = house.json("register", "rows", "reg_ai_systems")
    assert [one["key"] for one in rows] == ["reportdraft", "rotabot", "triagelens"]

    mine = ("--as", "priya.raman", "register")
    house.run(*mine, "add", "reg_ai_systems", *given(*SORTER), "--dry-run")
    house.run(*mine, "add", "reg_ai_systems", *given(*SORTER))
    change = (*mine, "change", "reg_ai_systems", "sorter", "--reason", "It is used.", *given("status=active"))
    assert "named steward" in house.says(*change, expect=INVALID)
    house.run(*change, *given("steward=priya.raman", "first_approved=2027-01-04"))
    assert house.json(*mine, "show", "reg_ai_systems", "sorter")["number"] == 2
    house.run(*mine, "end", "reg_ai_systems", "sorter", "--reason", "Replaced.")
    history = house.json(*mine, "history", "reg_ai_systems", "sorter")
    assert [(one["kind"], one["by"]) for one in history] == [
        ("added", "priya.raman"),
        ("changed", "priya.raman"),
        ("ended", "priya.raman"),
    ]
    about = ("--subject", "reg_ai_systems:triagelens")
    started = house.json("--as", "priya.raman", "start", "corrective_action", "--at", "S_form", *about)
    assert started["subject"] == "reg_ai_systems:triagelens"


def test_a_register_of_ones_own_is_defined_from_a_file(house, tmp_path):
    house.login("deniz.aydin")
    form = {"type": "default", "id": "tool", "components": [{"type": "textfield", "key": "id", "label": "Id"}]}
    (tmp_path / "tool.form").write_text(json.dumps(form))
    file = tmp_path / "tools.toml"
    file.write_text('key = "reg_tools"\nname = "Tools"\nform = "tool.form"\nrow_key = "id"\nrow_title = "id"\n')
    shipped = [one["key"] for one in house.json("register", "list")]
    house.run("register", "define", str(file), "--dry-run")
    assert [one["key"] for one in house.json("register", "list")] == shipped
    assert "version 1" in house.says("register", "define", str(file))
    assert [one["key"] for one in house.json("register", "list")] == sorted([*shipped, "reg_tools"])
