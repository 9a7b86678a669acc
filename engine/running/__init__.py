"""How a case goes on: its steps are computed by the core and carried out here, in rows."""
