from __future__ import annotations
import time
import pytest
from tests.importing.desk import silent
from tests.workspace.test_import import desk_of
from core.commands.people import EditUser
from tests.waiting import eventually
from core.filters import Query

@pytest.mark.timeout(400)
def test_speed(log_in, tmp_path, floor):
    ada=log_in("ada")
    u = next(u for u in ada.catalog.users if u.login == "ann")
    ada.do(EditUser(user_id=u.id, values={"import_right": "yes"}, expected={"import_right": ""}))
    ann=log_in("ann"); eventually(lambda: ann.catalog.me.import_right=="yes", seconds=30)
    d=desk_of(ann,tmp_path)
    rows=[f"Fa{i},La{i},s{i}@speed{i%500}.example,Firm {i%500},+4930{1000000+i}" for i in range(5000)]
    f=d.file("s.csv","First Name,Last Name,Email,Company Name,Phone",*rows)
    job=d.open(f)
    worst=0.0; t=time.monotonic()
    import threading
    stop=False
    def look():
        nonlocal worst
        while not stop:
            a=time.monotonic(); ann.workspace.contacts(Query(),limit=50); worst=max(worst,time.monotonic()-a); time.sleep(.1)
    th=threading.Thread(target=look); th.start()
    r=job.run(silent); secs=time.monotonic()-t
    stop=True; th.join()
    print(ann.workspace.health().mode, r.imported, r.refused, f"{5000/secs:.0f} rows/s, worst list {worst:.2f}s")
    t=time.monotonic()
    try:
        eventually(lambda: not ann.workspace.unsent(), seconds=120); print("sent", time.monotonic()-t, len(ann.workspace.parked()))
    except AssertionError as e: print(e, ann.workspace.health())
    long="x"*10000
    rows=[f"Lo{i},Ng{i},l{i}@long.example,{long}" for i in range(900)]
    f=d.file("l.csv","First Name,Last Name,Email,Description",*rows)
    t=time.monotonic(); r=d.open(f).run(silent); print("long", r.imported, r.refused, r.problems[:2], time.monotonic()-t)
    t=time.monotonic()
    eventually(lambda: not ann.workspace.unsent(), seconds=120); print("sent", time.monotonic()-t, len(ann.workspace.parked()))
    t=time.monotonic(); r=d.open(f).run(silent); print("again", r.unchanged, time.monotonic()-t)
    t=time.monotonic(); print("undo", d.importer.undo(job.id, silent).removed, time.monotonic()-t)
    t=time.monotonic()
    eventually(lambda: not ann.workspace.unsent(), seconds=120); print("sent", time.monotonic()-t, len(ann.workspace.parked()))
