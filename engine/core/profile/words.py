"""The words of BPMN and its extensions: which are known, which are used, and what to say about the rest."""

_FLOW = {"process", "sequenceFlow", "conditionExpression", "incoming", "outgoing"}
_NODES = {
    *("task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask"),
    *("callActivity", "subProcess", "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent"),
    *("boundaryEvent", "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"),
}
_EVENTS = {
    *("messageEventDefinition", "signalEventDefinition", "timerEventDefinition", "conditionalEventDefinition"),
    *("errorEventDefinition", "escalationEventDefinition", "terminateEventDefinition", "linkEventDefinition"),
    *("timeDuration", "timeDate", "timeCycle", "condition", "message", "signal", "error", "escalation"),
    *("source", "target"),
}
_WORK = {
    *("script", "humanPerformer", "performer", "potentialOwner", "resourceAssignmentExpression", "formalExpression"),
    *("resourceRef", "resourceParameterBinding", "expression", "multiInstanceLoopCharacteristics", "loopCardinality"),
    *("loopDataInputRef", "inputDataItem", "loopDataOutputRef", "outputDataItem", "completionCondition"),
}
_SHOWN_ONLY = {
    *("documentation", "text", "extensionElements", "extension", "laneSet", "childLaneSet", "lane", "flowNodeRef"),
    *("partitionElement", "textAnnotation", "association", "group", "category", "categoryValue", "collaboration"),
    *("participant", "participantMultiplicity", "messageFlow", "dataObject", "dataObjectReference", "dataState"),
    *("dataStore", "dataStoreReference", "dataInputAssociation", "dataOutputAssociation", "sourceRef", "targetRef"),
    *("property", "assignment", "from", "to", "transformation", "definitions", "import", "itemDefinition", "resource"),
    *("resourceParameter", "interface", "operation", "inMessageRef", "outMessageRef", "relationship", "auditing"),
    *(
        "monitoring",
        "rendering",
        "dataInput",
        "dataOutput",
        "inputSet",
        "outputSet",
        "eventDefinitionRef",
        "operationRef",
    ),
    *(
        "messageEventDefinitionRef",
        "dataInputRefs",
        "dataOutputRefs",
        "inputSetRefs",
        "outputSetRefs",
        "participantRef",
        "interfaceRef",
        "endPoint",
        "supportedInterfaceRef",
    ),
}
BPMN_ELEMENTS = frozenset(_FLOW | _NODES | _EVENTS | _WORK | _SHOWN_ONLY)
"""Elements that run, or that may stand in a diagram without running."""

_COMPENSATION = (
    "compensation",
    "Compensation is not carried out here.",
    "Draw what undoes the work as steps of their own, behind a gateway or an error boundary event.",
)
REFUSED_ELEMENTS: dict[str, tuple[str, str, str]] = {
    "transaction": (
        "transaction",
        "Transactions are not carried out here.",
        "Use a sub-process with an error boundary event.",
    ),
    "cancelEventDefinition": (
        "transaction",
        "Cancel events belong to transactions, which are not carried out here.",
        "Use an error end event and an error boundary event.",
    ),
    "adHocSubProcess": (
        "ad-hoc-sub-process",
        "Ad hoc sub-processes are not carried out here.",
        "Use a sub-process with parallel or inclusive branches, or event sub-processes that messages start.",
    ),
    "compensateEventDefinition": _COMPENSATION,
    "ioSpecification": (
        "io-specification",
        "Data inputs and outputs (ioSpecification) would be passed over without a word.",
        "Use input and output parameters in the properties panel.",
    ),
    "complexGateway": (
        "complex-gateway",
        "Complex gateways are not carried out here.",
        "Use an inclusive gateway, or a multi-instance task with a completion condition.",
    ),
    "standardLoopCharacteristics": (
        "standard-loop",
        "The loop marker would be passed over without a word.",
        "Draw the loop with an exclusive gateway, or use a sequential multi-instance.",
    ),
}
"""Elements of BPMN that are refused: code, what is wrong, remedy."""
