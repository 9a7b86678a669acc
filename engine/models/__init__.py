"""What people have deployed, as the engine reads it: files, versions, decisions, and who may release them."""
