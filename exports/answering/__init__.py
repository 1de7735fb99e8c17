"""How the answer to a question is made: figures looked up in the marts, sentences around them, a Word file of both."""
