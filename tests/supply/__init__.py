"""What the project is built on: a bill of materials, licences, known vulnerabilities. Never at run time."""
