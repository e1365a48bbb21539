"""Tables of the page over a library of four papers and a model that reads."""

from __future__ import annotations

import pytest
from tabulating_support import PAPERS, reading_model
from web_support import MakeSession

from assistant.session import Session
from assistant.web.jobs import Jobs
from assistant.web.tables.table_form import TableForm
from assistant.web.tables.table_view import TableView
from assistant.web.tables.table_work import TableWork


@pytest.fixture
def session(make_session: MakeSession) -> Session:
    """The library, with a model that answers at once."""
    return make_session(reading_model(), PAPERS)


@pytest.fixture
def work(session: Session, jobs: Jobs) -> TableWork:
    """The tables of the library."""
    return TableWork(session, jobs)


@pytest.fixture
def view(work: TableWork) -> TableView:
    """What windows show of them."""
    return TableView(work)


@pytest.fixture
def form(session: Session, work: TableWork) -> TableForm:
    """The form of new tables."""
    return TableForm(session, work)
