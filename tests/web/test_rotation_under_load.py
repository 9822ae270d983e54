"""A token key rotated while a server answers: no request fails, and opt-outs hold throughout."""

import itertools
import subprocess
import threading
import time

import httpx

from command_runs import ENVIRONMENT, command
from deployed_home import PEOPLE
from real_data import ibm_extract
from served_home import served
from stayline.bootstrap import build
from stayline.domain.pseudonyms import pseudonym
from stayline.settings import Settings

IDS = [str(number) for number in ibm_extract()["EmployeeNumber"]]
SHY, ASKED, SHY_LATER = IDS[0], IDS[1:40], IDS[100:300]
CLIENTS = 2
REASON = "Worked eleven weekends since June, asked for help."


def test_servers_answer_rightly_and_opt_outs_hold_while_the_token_key_changes(home):
    stop, wrong, answers = threading.Event(), [], itertools.count()
    (home / "governance.toml").write_text("[oversight]\nleast_view_s = 0\ncopies_among = 0\n")
    with served(home, workers_min=2, workers_max=2) as server:
        with httpx.Client(base_url=server.url, timeout=30) as client:
            assert client.put(f"/v1/employees/{SHY}/opt-out").status_code == 200
            risks = {one: _predicted(client, one).json()["risk"] for one in ASKED}
        jobs = [
            *(threading.Thread(target=_ask, args=(server.url, risks, stop, wrong, answers))
              for _ in range(CLIENTS)),
            threading.Thread(target=_opt_out, args=(server.url, stop, wrong)),
        ]  # fmt: skip
        for job in jobs:
            job.start()
        try:
            time.sleep(1)
            before = next(answers)
            rotated = subprocess.run(
                command("secrets", "rotate", "token-key", "--home", home, "--json"),
                capture_output=True, text=True, check=False, timeout=120, env=ENVIRONMENT,
            )  # fmt: skip
            during = next(answers) - before
            time.sleep(1)
        finally:
            stop.set()
            for job in jobs:
                job.join()
    assert rotated.returncode == 0, rotated.stderr
    assert wrong == []
    assert during > 50
    ports = build(Settings(home=home))
    now = ports.clock.now()
    new = {one: pseudonym(ports.secrets.token_key(), one) for one in (SHY, *ASKED, *SHY_LATER)}
    barred = ports.opt_outs.opted_out_of(list(new.values()), at=now)
    assert new[SHY] in barred
    assert not barred & {entry.token for entry in ports.scores.entries()}
    tokens = set(ports.directory.hr_ids()["token"])
    assert {entry.token for entry in ports.scores.entries()} <= tokens
    assert ports.features.count() == PEOPLE
    assert len(ports.decisions.decisions(new[ASKED[0]])) >= 1
    assert ports.audit.problems() == []


def _predicted(client, person):
    return client.post("/v1/predict", json={"employee_id": person})


def _ask(url, risks, stop, wrong, answers):
    """Ask for people whose risk is known and for one who opted out; decide now and then."""
    with httpx.Client(base_url=url, timeout=30) as client:
        for turn, person in enumerate(itertools.cycle(risks)):
            if stop.is_set():
                return
            answer = _predicted(client, person)
            if answer.status_code != 200 or answer.json()["risk"] != risks[person]:
                wrong.append(("risk", person, answer.status_code, answer.text))
            if _predicted(client, SHY).status_code != 403:
                wrong.append(("opted out before", SHY))
            if turn % 20 == 0:
                _decide(client, next(iter(risks)), wrong)
            next(answers)


def _decide(client, person, wrong):
    path = f"/v1/employees/{person}"
    decision = {"action": "workload_review", "reason": REASON}
    seen = client.get(path)
    decided = client.post(f"{path}/decisions", json=decision)
    if decided.status_code != 201 or seen.json()["score"] is None:
        wrong.append(("decision", decided.status_code, decided.text))


def _opt_out(url, stop, wrong):
    """Let one person after the other opt out; from the answer on nobody may be scored."""
    with httpx.Client(base_url=url, timeout=30) as client:
        out = []
        for person in SHY_LATER:
            if stop.is_set():
                return
            told = client.put(f"/v1/employees/{person}/opt-out")
            out.append(person)
            if told.status_code != 200:
                wrong.append(("opting out", person, told.text))
            for one in out[-3:]:
                if _predicted(client, one).status_code != 403:
                    wrong.append(("opted out", one))
            time.sleep(0.05)
