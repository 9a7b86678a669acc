"""The pages people see: server-rendered, in the same rights and reads as the API."""

from flask import Flask

from web import assets, language
from web.pages import (
    account,
    applicability,
    auditors,
    calendar,
    cases,
    channels,
    clauses,
    comparing,
    dashboard,
    deliveries,
    entries,
    entry_forms,
    forgotten,
    handed_in,
    layout,
    my_work,
    news,
    oncall,
    people,
    processes,
    refusing,
    registers,
    searching,
    second_factor,
    signing_in,
    starting,
    stuck,
    subscriptions,
    substitutes,
    task,
    task_acts,
    task_evidence,
    telling,
    trail,
    verification,
)
from web.services import Services

BLUEPRINTS = (
    telling.pages,
    calendar.pages,
    account.pages,
    applicability.pages,
    auditors.pages,
    cases.pages,
    channels.pages,
    clauses.pages,
    comparing.pages,
    dashboard.pages,
    deliveries.pages,
    entries.pages,
    entry_forms.pages,
    forgotten.pages,
    handed_in.pages,
    my_work.pages,
    news.pages,
    oncall.pages,
    people.pages,
    processes.pages,
    registers.pages,
    searching.pages,
    second_factor.pages,
    signing_in.pages,
    starting.pages,
    stuck.pages,
    subscriptions.pages,
    substitutes.pages,
    task.pages,
    task_acts.pages,
    task_evidence.pages,
    trail.pages,
    verification.pages,
)


def register(app: Flask) -> None:
    """Serve the pages and what they need."""
    assets.register(app)
    over: Services = app.extensions["steward"]
    language.register(app, over.catalogues)
    layout.register(app)
    refusing.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)


def is_page(endpoint: str) -> bool:
    """Whether a view is a page for people, and no operation of the API."""
    return endpoint.partition(".")[0] in {blueprint.name for blueprint in BLUEPRINTS}
