"""Deployments, definitions and bindings."""

from typing import Any

from marshmallow import fields, validate

from web.schemas.base import LINE, File, Given, PageQuery, Sent, Word, a_person, line, moment

WHO = validate.Regexp(r"^(person|group):.{1,100}$", error="person:ID or group:KEY.")
ROLE = validate.Regexp(r"^([^/]{1,200}/)?(lane|group|task):.{1,200}$", error="lane:ID, group:KEY or task:ID.")


class Deploy(Sent):
    """Files handed in together."""

    files: Any = fields.List(
        File(),
        required=True,
        validate=validate.Length(1, 200),
        metadata={"description": "Diagrams (.bpmn), tables (.dmn) and forms (.form)."},
    )
    name = fields.String(load_default="", validate=validate.Length(max=300))
    source = fields.String(load_default="", validate=validate.Length(max=300))
    dry_run = Word(load_default=False, metadata={"description": "Say what would change, and change nothing."})


class ProblemOfFileOut(Given):
    """What is wrong with a file, or good to know, and what to do."""

    code = fields.String(required=True)
    severity = fields.String(required=True)
    file = fields.String(required=True)
    message = fields.String(required=True)
    remedy = fields.String(required=True)
    line = fields.Integer(allow_none=True)
    column = fields.Integer(allow_none=True)
    element = fields.String(allow_none=True)
    name = fields.String(allow_none=True)


class DefinitionOut(Given):
    """One version of one process."""

    id = fields.UUID(required=True)
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    version_tag = fields.String(allow_none=True)
    deployment_id = fields.UUID(required=True)
    status = fields.String(required=True, metadata={"description": "waiting for release, or released"})
    owner = fields.String(allow_none=True, metadata={"description": "Who answers for it; named at release."})
    suspended_at = moment("", allow_none=True)


class BindingOut(Given):
    """Who stands for a role of a model."""

    role = fields.String(
        required=True, metadata={"description": "lane:ID, group:KEY or task:ID", "example": "lane:Lane_QM"}
    )
    who = fields.String(
        required=True, metadata={"description": "person:ID or group:KEY", "example": "group:quality_manager"}
    )
    proposed = fields.Boolean(
        required=True, metadata={"description": "Proposed by the program, confirmed by nobody yet."}
    )
    since = moment("", required=True)


class DeploymentOut(Given):
    """One act of deploying."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    source = fields.String(required=True)
    status = fields.String(required=True)
    deployed_at = moment("", required=True)
    deployed_by = fields.String(required=True)
    released_at = moment("", allow_none=True)
    released_by = fields.String(allow_none=True)
    at_once = fields.Boolean(required=True, metadata={"description": "Released without a second person."})
    owner = fields.String(allow_none=True)


class VersionOut(Given):
    """A version that a deployment made, of a process, a decision or a form."""

    id = fields.UUID(required=True, allow_none=True, metadata={"description": "Null in a dry run."})
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    file = fields.String(required=True)
    version_tag = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, metadata={"description": "waiting for release, or released"})


class ProcessVersionOut(VersionOut):
    """A version of a process, with who stands for its roles."""

    bindings = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "Role to who: what is proposed, or was chosen."},
    )
    open_roles = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        required=True,
        metadata={"description": "Roles that nobody stands for yet, with their tasks; bind them at release."},
    )


class DeploymentWholeOut(DeploymentOut):
    """One act of deploying, with what came of it."""

    id = fields.UUID(required=True, allow_none=True, metadata={"description": "Null in a dry run."})
    is_new = fields.Boolean(required=True, metadata={"description": "False where nothing had changed."})
    files: Any = fields.List(fields.String(), required=True)
    definitions = fields.List(fields.Nested(ProcessVersionOut), required=True)
    decisions = fields.List(fields.Nested(VersionOut), required=True)
    forms = fields.List(fields.Nested(VersionOut), required=True)
    warnings = fields.List(fields.Nested(ProblemOfFileOut), required=True)


class Release(Sent):
    """A second person puts a deployment in force."""

    EXAMPLE = {"owner": "bettina", "bindings": {"lane:Lane_QM": "group:quality_manager"}}

    owner = a_person("Who answers for it from now on.", required=True)
    bindings = fields.Dict(
        keys=fields.String(validate=ROLE),
        values=fields.String(validate=WHO),
        load_default=dict,
        metadata={
            "description": "Who stands for which role, in place of what is proposed; `KEY/` of a process before "
            "the role where several have it."
        },
    )


class Bind(Sent):
    """Who stands for the roles of a model from now on; roles left out stay as they are."""

    EXAMPLE = {"bindings": {"task:T_mend": "person:dora"}}

    bindings = fields.Dict(keys=fields.String(validate=ROLE), values=fields.String(validate=WHO), required=True)


class DefinitionQuery(PageQuery):
    """Which definitions."""

    key = fields.String(load_default=None, validate=LINE, metadata={"description": "Only versions of this process."})
    status = fields.String(load_default=None, validate=validate.OneOf(["waiting", "released"]))
    latest = Word(load_default=False, metadata={"description": "Only the newest version of each process."})


class DeploymentQuery(PageQuery):
    """Which deployments."""

    status = fields.String(load_default=None, validate=validate.OneOf(["waiting", "released"]))
    text = line("Part of a name.", load_default=None)


class KitFileOut(Given):
    """A file of a kit."""

    name = fields.String(required=True, metadata={"description": "Where it belongs in the modeler's folder."})
    data = fields.String(required=True, metadata={"description": "Its bytes, in Base64 (RFC 4648)."})


class KitOut(Given):
    """The files that a process is changed with."""

    files = fields.List(fields.Nested(KitFileOut), required=True)
