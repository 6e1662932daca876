"""What the other tests stand on: databases of their own, as offhook's installation leaves them."""

from __future__ import annotations

import psycopg
import pytest

from tests.postgres.floor import Floor
from tests.server import Cluster, clone


def test_a_database_of_ones_own_is_nobody_elses(cluster: Cluster, floor_template: str):
    with clone(cluster, floor_template) as one, clone(cluster, floor_template) as other:
        one.operator().execute("create table public.only_here (n int)")
        assert one.operator().execute("select to_regclass('public.only_here')").fetchone() != (None,)
        assert other.operator().execute("select to_regclass('public.only_here')").fetchone() == (None,)


def test_it_is_gone_afterwards_whoever_is_still_connected(cluster: Cluster, floor_template: str):
    with clone(cluster, floor_template) as one:
        left = cluster.operator(one.name)
        assert left.execute("select current_database()").fetchone() == (one.name,)
    with pytest.raises(psycopg.OperationalError):
        left.execute("select 1")
    left.close()
    with cluster.operator() as operator:
        assert not operator.execute("select 1 from pg_database where datname = %s", (one.name,)).fetchall()


def test_a_clone_lets_in_whom_the_installation_lets_in_and_nobody_else(floor: Floor):
    database = floor.database
    with database.cluster.superuser() as superuser:
        stranger = f"stranger_{database.name}"
        superuser.execute(f"create role {stranger} login password 'a stranger 1'")
        try:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                database.connect(stranger, "a stranger 1")
        finally:
            superuser.execute(f"drop role {stranger}")
    ann = floor.connect("ann")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="temporary tables"):
        ann.execute("create temporary table mine (n int)")
