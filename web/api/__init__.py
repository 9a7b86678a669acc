"""The operations of the JSON API, a file a theme."""

from web.api import (
    clock,
    definitions,
    deployments,
    evidence,
    groups,
    instances,
    ladders,
    me,
    messages,
    people,
    records,
    service_jobs,
    stuck,
    task_verbs,
    tasks,
    tokens,
)

THEMES = (
    tokens.theme,
    me.theme,
    tasks.theme,
    task_verbs.theme,
    ladders.theme,
    evidence.theme,
    instances.theme,
    records.theme,
    definitions.theme,
    deployments.theme,
    messages.theme,
    service_jobs.theme,
    stuck.theme,
    people.theme,
    groups.theme,
    clock.theme,
)
