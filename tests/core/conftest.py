from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests.core.office import Office, open_office

settings.register_profile(
    "core", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("core")


@pytest.fixture
def office() -> Office:
    return open_office()
