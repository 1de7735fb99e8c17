"""What can be wrong with a delivery as a whole."""


class DeliveryError(ValueError):
    """The file is refused whole; the message says what is wrong and what to do, without a value from the file."""
