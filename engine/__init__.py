"""
What is true. Knows no HTTP and sends nothing.

The modules here are the verbs: tasks, instances (cases as a whole), deployments
and releases, messages, timers, evidence, signatures, verify. What they stand on
lies in rooms: `core` decides, purely; `running` carries its effects out in rows;
`models` reads what was deployed; `identity` knows the people; `topics` are the
built-in service jobs; `verifying` holds records against the trail; `store` are
the tables. Each further room is a theme of its own, from `absence` to `subscriptions`.
"""
