"""How the warehouse holds up: killed at any moment, a full disk, too little memory; and laws that hold on any data.

The figures are in docs/reliability.md, each with its command.
"""
