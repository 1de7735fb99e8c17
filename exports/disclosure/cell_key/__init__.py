"""Cell keys: the second method of disclosure control. Nothing is hidden; every count is changed a little instead.

Each client has a key, a whole number that nobody can guess (`keys`). The key of a cell is the sum of those of its
clients, so that the same group of people has the same key wherever it is counted, and a table of the policy (`table`)
says by how much a count with that key changes (`change`). Zeros stay zero. Fraser and Wooton (2005) described it for
the census of Australia."""
