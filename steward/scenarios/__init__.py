"""Stories beside diagrams, played through the real engine. `docs/reference/scenarios.md` is the contract."""
