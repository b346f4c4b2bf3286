"""Workers that are in this process, and speak JSON all the same."""

import json
from dataclasses import replace

from gazemap.system.workers.run import Crew
from gazemap.system.workers.work import Done


def workers_here(monkeypatch):
    """Put them in the place of processes; the tasks that they do, as they are done."""
    did = []

    def run(crew, work, tasks):
        worker = replace(work, job=json.loads(json.dumps(work.job))).opened()
        for task in reversed(tasks):
            did.append(task)
            yield Done(task, json.loads(json.dumps(worker.run(task))))

    monkeypatch.setattr(Crew, "run", run)
    return did
