"""
When work that recurs comes round: a rule, the calendar and a zone make planned dates.

    rule = parse_rule("P3M", anchor=date(2027, 1, 31), at=time(9))
    plan = Plan(rule="P3M", anchor=..., zone="Europe/Berlin", lead="5 bd")
    next(planned(plan, calendar, zone, since=now))      # on, at, starts_at, limit_at

Rules are counted on wall clocks as if they never changed; where a result lies
on the line of time is decided last, by the zone.
"""

from engine.core.recurrence.late import Fate, OnMissed, sorted_out
from engine.core.recurrence.plan import Plan, PlanError, Planned, begun_at_once, check_plan, next_dates, planned
from engine.core.recurrence.rules import Rule, RuleError, parse_rule

__all__ = [
    "Fate",
    "OnMissed",
    "Plan",
    "PlanError",
    "Planned",
    "Rule",
    "RuleError",
    "begun_at_once",
    "check_plan",
    "next_dates",
    "parse_rule",
    "planned",
    "sorted_out",
]
