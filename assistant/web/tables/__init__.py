"""Tables on the page: the questions, the papers, and the cells as they are filled."""
