"""Pages of the exam: blueprints, sittings, the room, results and pass lists."""
