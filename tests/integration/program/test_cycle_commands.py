"""Work that recurs, from its plan to the gap: by commands, over the API."""

import json

FORBIDDEN, CONFLICT, NOT_FOUND = 5, 4, 3


def test_what_ships_is_planned_and_the_demo_lets_come_round_what_can(house):
    house.login("deniz.aydin")
    found = {one["key"]: one for one in house.json("cycle", "list")}
    assert len(found) == 11
    assert found["access"]["status"] == found["ai_policy"]["status"] == "active"
    assert found["access"]["next_at"] == "2027-03-16T08:00:00+00:00"
    assert {one["status"] for one in found.values()} == {"active"}
    ahead = house.json("cycle", "preview", "review_full")
    assert [one["planned_on"] for one in ahead["subjects"][0]["dates"]][:3] == [
        "2027-02-09",
        "2028-02-08",
        "2029-02-13",
    ]
    assert len(ahead["subjects"][0]["dates"]) == 10


def test_a_cycle_is_defined_tried_activated_changed_paused_and_ended(house, tmp_path):
    definition = {"name": "Tidy up", "process": "routine", "start": "S_cycle", "rule": "P1M", "anchor": "2027-01-31"}
    file = tmp_path / "tidy.json"
    file.write_text(json.dumps(definition))
    house.login("deniz.aydin", "henrik.lund")
    house.run("--as", "henrik.lund", "cycle", "define", "tidy", str(file), expect=FORBIDDEN)
    house.run("--as", "deniz.aydin", "cycle", "define", "tidy", str(file), "--dry-run")
    house.run("--as", "deniz.aydin", "cycle", "show", "tidy", expect=NOT_FOUND)
    house.run("--as", "deniz.aydin", "cycle", "define", "tidy", str(file))
    assert "2027-02-28" in house.says("--as", "deniz.aydin", "cycle", "preview", "tidy")
    house.run("--as", "deniz.aydin", "cycle", "activate", "tidy", "--dry-run")
    assert house.json("--as", "deniz.aydin", "cycle", "show", "tidy")["status"] == "inactive"
    house.run("--as", "deniz.aydin", "cycle", "activate", "tidy")
    file.write_text(json.dumps({**definition, "lead": "5 bd"}))
    house.run("--as", "deniz.aydin", "cycle", "define", "tidy", str(file), expect=2)
    house.run("--as", "deniz.aydin", "cycle", "define", "tidy", str(file), "--reason", "Earlier.")
    file.write_text(json.dumps({**definition, "rule": "monthly"}))
    refused = house.says("--as", "deniz.aydin", "cycle", "define", "tidy", str(file), "--reason", "x", expect=1)
    assert "'monthly' is no rule" in refused
    house.run("--as", "deniz.aydin", "cycle", "pause", "tidy", "--reason", "Holidays.")
    house.run("--as", "deniz.aydin", "cycle", "end", "tidy", "--reason", "Done with.")
    shown = house.json("--as", "henrik.lund", "cycle", "show", "tidy")
    verbs = [turn["verb"] for turn in shown["history"]]
    assert verbs == ["cycle.ended", "cycle.paused", "cycle.changed", "cycle.activated", "cycle.defined"]


def test_a_simulated_clock_stops_where_work_begins_and_a_missed_one_is_a_gap_to_explain(house):
    house.login("deniz.aydin", "henrik.lund")
    moved = house.json("--as", "deniz.aydin", "clock", "2027-03-16T09:30+01:00")
    assert moved["happened"]["cycles"] >= 1
    house.login("deniz.aydin", "henrik.lund")
    all_came = house.json("--as", "henrik.lund", "cycle", "occurrences")
    (came,) = [one for one in all_came if one["cycle"] == "access"]
    assert (came["cycle"], came["outcome"], came["gap"]) == ("access", "started", False)
    case = house.json("--as", "henrik.lund", "show", came["instance_id"])
    assert case["title"] == "Review of access rights, 2027-04-01"
    assert [task["element"] for task in case["tasks"]] == ["T_do"]

    house.run("--as", "deniz.aydin", "clock", "2027-04-20T09:00+02:00")
    house.login("deniz.aydin", "henrik.lund")
    (gap,) = [one for one in house.json("--as", "henrik.lund", "cycle", "gaps") if one["cycle"] == "access"]
    assert house.json("--as", "henrik.lund", "show", came["instance_id"])["status"] == "completed"
    house.run("--as", "henrik.lund", "cycle", "explain", gap["id"], "Nobody was there.", expect=FORBIDDEN)
    house.run("--as", "deniz.aydin", "cycle", "explain", gap["id"], "Nobody was there.")
    assert "Nobody was there." in house.says("--as", "henrik.lund", "cycle", "gaps")
    house.run("--as", "deniz.aydin", "cycle", "retry", gap["id"], expect=CONFLICT)
