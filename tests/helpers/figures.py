"""What a figure says."""


def texts(figure):
    """Return the texts of a figure with something in them."""
    return [text.get_text() for axes in figure.axes for text in axes.texts if text.get_text()]
