# SPDX-License-Identifier: Apache-2.0
"""
examples/gateway.c with N vaults, through a real relay: what it holds, what it
does while nothing happens, and that a text from one of its vaults reaches
another.  Bounds are on descriptors, bytes and wake-ups, none on time.

usage: gateway.py BUILD N [IDLE_SECONDS [LIBRARY]]
LIBRARY is a folder with another libtacit, to compare with.
"""
import os, re, resource, select, shutil, subprocess, sys, tempfile, time

BUILD, N = sys.argv[1], int(sys.argv[2])
IDLE = float(sys.argv[3]) if len(sys.argv) > 3 else 5
if len(sys.argv) > 4:
    os.environ["LD_LIBRARY_PATH"] = sys.argv[4]
ROUNDS = 20
PATIENCE_S = 120
SETTLE_S = 10

# Beyond these, something has grown that nobody meant to grow.
MOST = {"descriptors": 12, "resident KiB": 512, "locked KiB": 64,
    "mappings": 32, "waits a minute": 60}


class Gateway:
    def __init__(self, vaults):
        self.began = time.monotonic()
        self.p = subprocess.Popen([BUILD + "/tests/gateway"] + vaults,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.text = b""
        assert self.line().endswith(b" vaults")
        self.opened = time.monotonic() - self.began

    def line(self):
        end = time.monotonic() + PATIENCE_S
        while b"\n" not in self.text:
            left = end - time.monotonic()
            assert left > 0, "nothing comes"
            if select.select([self.p.stdout], [], [], left)[0]:
                got = os.read(self.p.stdout.fileno(), 65536)
                assert got, "the gateway has ended"
                self.text += got
        line, self.text = self.text.split(b"\n", 1)
        return line

    def say(self, number, text):
        self.p.stdin.write(b"%d %s\n" % (number, text))

    def proc(self, name):
        with open("/proc/%d/%s" % (self.p.pid, name)) as f:
            return f.read()

    def holds(self):
        status = self.proc("status")
        number = lambda key: int(re.search(key + r":\s+(\d+)", status).group(1))
        return {"descriptors": len(os.listdir("/proc/%d/fd" % self.p.pid)),
            "resident KiB": number("VmRSS"), "locked KiB": number("VmLck"),
            "mappings": self.proc("maps").count("\n")}

    def cpu(self):
        ticks = self.proc("stat").rsplit(")", 1)[1].split()
        return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")

    def waits(self):
        status = self.proc("status")
        return int(re.search(r"\nvoluntary_ctxt_switches:\s+(\d+)", status).group(1))

    def end(self):
        began = time.monotonic()
        self.p.stdin.close()
        assert self.p.wait(PATIENCE_S) == 0
        return time.monotonic() - began


class Relay:
    def __init__(self, work):
        self.data = work + "/relay"
        with open(work + "/relay.conf", "w") as f:
            f.write("source_connections = 20000\nmax_connections = %d\n"
                "source_rate = 20000\nsource_handshakes = 20000\n"
                "max_handshakes = 1000\ninvitation_rate = 100000\n"
                % (4 * N + 100))
        self.p = subprocess.Popen([BUILD + "/bin/tacit-relay", "serve",
            "--data", self.data, "--listen", "127.0.0.1:0",
            "--config", work + "/relay.conf"], stdout=subprocess.PIPE)
        assert self.p.stdout.readline().startswith(b"READY ")

    def run(self, *words):
        return subprocess.run([BUILD + "/bin/tacit-relay", words[0],
            "--data", self.data] + list(words[1:]), check=True,
            stdout=subprocess.PIPE).stdout

    def connections(self):
        return int(re.search(rb'"connections":(\d+)',
            self.run("status", "--json").replace(b" ", b"")).group(1))

    def end(self):
        self.p.terminate()
        self.p.wait()


def settle(relay, gateway):
    """Until as many are connected as will be, and what was due then is done."""
    last, since = None, time.monotonic()
    while time.monotonic() - since < SETTLE_S:
        now = relay.connections()
        if now != last:
            last, since = now, time.monotonic()
        time.sleep(0.5)
    return last


def exchange(gateway):
    took = []
    for i in range(ROUNDS):
        began = time.monotonic()
        gateway.say(1, b"round %d" % i)
        assert gateway.line() == b"0 round %d" % i
        took.append((time.monotonic() - began) * 1000)
    took.sort()
    return took


def measure(relay, vaults):
    g = Gateway(vaults)
    at_first = g.holds()
    connected = settle(relay, g)
    holds = g.holds()
    cpu, waits, began = g.cpu(), g.waits(), time.monotonic()
    time.sleep(IDLE)
    idle = time.monotonic() - began
    out = {"opened s": g.opened, "connections": connected,
        "idle CPU %": 100 * (g.cpu() - cpu) / idle,
        "waits a minute": (g.waits() - waits) * 60 / idle}
    took = exchange(g)
    out["text ms, median"], out["text ms, worst"] = took[len(took) // 2], took[-1]
    after = g.holds()
    out["closed s"] = g.end()
    for key in holds:
        out[key], out["at first " + key], out["after " + key] = \
            holds[key], at_first[key], after[key]
    return out


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    work = tempfile.mkdtemp()
    relay = Relay(work)
    try:
        line = relay.run("admit", "--relationships", str(N))
        began = time.monotonic()
        subprocess.run([BUILD + "/tests/make_vaults", work, str(N)],
            input=line, check=True, timeout=PATIENCE_S * (1 + N / 50))
        print("%d vaults made and paired in %.1f s" % (N, time.monotonic() - began))
        vaults = ["%s/%d.vault" % (work, i) for i in range(N)]
        few = measure(relay, vaults[:2])
        many = measure(relay, vaults)
    finally:
        relay.end()
        shutil.rmtree(work)

    print("%-28s %12s %12s %14s" % ("", "2 vaults", "%d vaults" % N, "each more"))
    for key in many:
        each = (many[key] - few[key]) / (N - 2)
        print("%-28s %12.2f %12.2f %14.3f" % (key, few[key], many[key], each))
        if key in MOST:
            assert each <= MOST[key], "%s: %.1f each, at most %d" % (key, each, MOST[key])
    print("%d rounds, each text once" % (2 * ROUNDS))


main()
