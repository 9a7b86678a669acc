"""The small signs of BPMN, as paths: what kind of step it is, what an event is about, how a gateway decides."""

# In a box of 16 units, drawn in the upper left corner of a step. Filled ones are what sends.
STEPS = {
    "userTask": "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14.5c0-3.5 2.4-5 5.5-5s5.5 1.5 5.5 5",
    "serviceTask": "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2"
    "M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M12.6 3.4l-1.4 1.4M4.8 11.2l-1.4 1.4",
    "sendTask": "M2 4h12v8H2zM2 4l6 5 6-5",
    "receiveTask": "M2 4h12v8H2zM2 4l6 5 6-5",
    "scriptTask": "M4 2h8v12H4zM6 5h4M6 8h4M6 11h4",
    "businessRuleTask": "M2 3h12v10H2zM2 6h12M6 6v7",
    "manualTask": "M3 9V6.5h6.5M3 9l2 4h6l1.5-3V7.5H8",
}

# In a box of 18 units around the middle of an event.
EVENTS = {
    "message": "M-7-5h14v10h-14zM-7-5l7 6 7-6",
    "timer": "M0-8a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM0-5v5l3.5 2.5",
    "error": "M-7 6l4-12 5 7 5-8-4 13-5-7z",
    "escalation": "M0-8l6 14-6-6-6 6z",
    "signal": "M0-8l8 13h-16z",
    "conditional": "M-6-8h12v16h-12zM-4-4h8M-4 0h8M-4 4h8",
    "link": "M-8-3h9v-4l7 7-7 7v-4h-9z",
    "terminate": "M0-8a8 8 0 1 0 0 16 8 8 0 0 0 0-16z",
    "compensate": "M-8 0l8-6v12zM0 0l8-6v12z",
    "cancel": "M-6-6l12 12M6-6l-12 12",
    "multiple": "M0-8l8 6-3 9h-10l-3-9z",
}

# In a box of 18 units around the middle of a gateway.
GATEWAYS = {
    "exclusiveGateway": "M-6-7l12 14M6-7l-12 14",
    "parallelGateway": "M0-9v18M-9 0h18",
    "inclusiveGateway": "M0-9a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
    "eventBasedGateway": "M0-10a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM0-6l6 4.5-2.4 7h-7.2l-2.4-7z",
    "complexGateway": "M0-9v18M-9 0h18M-6-6l12 12M6-6l-12 12",
}

# Around the middle of the lower border of an activity.
REPEATS = {
    "parallel": "M-4-12v10M0-12v10M4-12v10",
    "sequential": "M-5-11h10M-5-7h10M-5-3h10",
    "loop": "M-1-2a5 5 0 1 1 4-1M3-7v4h4",
}
FOLDED = "M-7-14h14v14h-14zM0-12v10M-5-7h10"
